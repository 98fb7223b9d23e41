using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace NetMon.Terminal.Top;

/// <summary>The signals that concern a full-screen view. SIGINT and SIGTERM cancel the verb already.</summary>
[SuppressMessage(
    "Interoperability",
    "CA1416:Validate platform compatibility",
    Justification = "The signals of a terminal exist on Linux, and so does all of NetMon."
)]
internal sealed class TopSignals : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;

    public TopSignals(FullScreen screen, ChannelWriter<TopEvent> events)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Redraw()),
            // Ctrl-Z: the shell gets its screen back until it lets us go on.
            PosixSignalRegistration.Create(
                PosixSignal.SIGTSTP,
                _ =>
                {
                    screen.Leave();
                    ProcessStop.Stop();
                    screen.Take();
                    Redraw();
                }
            ),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Quit),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Quit),
        ];

        void Redraw() => events.TryWrite(new(TopEventKind.Redraw));

        void Quit(PosixSignalContext context)
        {
            // Else the process ends at once and leaves the terminal as it is.
            context.Cancel = true;
            events.TryComplete();
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }
}
