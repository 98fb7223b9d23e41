using System.Buffers;
using System.Text;
using NetMon.Client;
using NetMon.Core.Detections.Events;
using NetMon.Terminal.Documents;
using NetMon.Terminal.Flows;

namespace NetMon.Terminal.Events;

/// <summary>What <c>netmon events</c> shows: what was suspicious, or what becomes so.</summary>
internal sealed class EventsView(
    AgentClient client,
    TerminalOutput output,
    OutputFormat format,
    TimeProvider time
)
{
    public async Task ListAsync(EventRequest request, CancellationToken cancellationToken)
    {
        if (DocumentPrinter.For(format, output) is { } printer)
        {
            await client.CopyAsync(request.ToPath(), printer.Print, cancellationToken);
            printer.End();
            return;
        }

        var list = await client.ListAsync(request, cancellationToken);
        if (list.Events.Count == 0)
        {
            Say("nothing suspicious");
            return;
        }

        var columns = EventColumns.List(time.LocalTimeZone, list.Time, format == OutputFormat.Wide);
        FlowListPrinter.Print(list.Events, columns, output);
        if (list.Events.Count < list.Total)
        {
            Say($"{list.Events.Count} of {list.Total} events shown");
        }
    }

    /// <summary>Until cancelled, which is its ordinary end.</summary>
    public Task FollowAsync(EventRequest request, CancellationToken cancellationToken) =>
        new FlowFollower(client, Say, new ClientPatience(), time).RunAsync(
            request.ToPath(follow: true),
            CreatePrinter(),
            cancellationToken
        );

    private Action<ReadOnlySequence<byte>> CreatePrinter()
    {
        if (DocumentPrinter.For(format, output) is { } printer)
        {
            return line => printer.PrintLine(line);
        }

        return line =>
        {
            if (EventReader.ReadLine(in line) is not { } told)
            {
                Say("changes lost here: they came faster than they were read");
                return;
            }

            var text = new StringBuilder();
            var local = TimeZoneInfo.ConvertTime(told.Last, time.LocalTimeZone);
            text.Append($"{local:HH:mm:ss}  {Pad(told.Event, 6)}  {Pad(told.Type, 16)}  ")
                .Append(TerminalText.Clean(told.What))
                .Append('\n');
            output.Write(text);
        };
    }

    private static string Pad(string word, int width) => TerminalText.Clean(word).PadRight(width);

    private void Say(string message) => output.Errors.WriteLine($"netmon: {message}");
}
