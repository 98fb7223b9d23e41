using System.Threading.Channels;
using NetMon.Client;

namespace NetMon.Terminal.Top;

/// <summary><c>netmon top</c>: lists at a pace, keys and signals become events, and each event a frame.</summary>
internal sealed class TopView(
    AgentClient client,
    FlowRequest request,
    TimeSpan interval,
    TerminalOutput output,
    TimeProvider time
)
{
    /// <summary>Of the time, at most this share is spent asking: a list of many flows takes the agent's time, too.</summary>
    private const double MaxShare = 0.25;

    private readonly Channel<TopEvent> _events = Channel.CreateBounded<TopEvent>(64);

    /// <summary>Until q, Ctrl-C or a signal; the terminal is as before then.</summary>
    /// <exception cref="AgentException">The agent does not answer at first. Later the view says so and asks on.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var rates = new RateTracker();
        // Before the screen is taken, so that an error is an ordinary one.
        var sample = rates.Update(await client.ListAsync(request, cancellationToken));

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var screen = new FullScreen(output);
        using var signals = new TopSignals(screen, _events.Writer);
        screen.Take();
        StartReadingKeys();
        var asking = AskAsync(rates, stop.Token);
        try
        {
            await ShowAsync(screen, sample, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl-C or SIGTERM: an ordinary end.
        }
        finally
        {
            await stop.CancelAsync();
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ShowAsync(FullScreen screen, TopSample sample, CancellationToken cancellationToken)
    {
        var state = new TopState();
        var frame = new TopFrame(output.Colour, output.Glyphs, time.LocalTimeZone);
        var scene = new TopScene(client.Address.ToString(), interval, sample, Trouble: null);
        var latest = sample;
        Draw();
        await foreach (var happened in _events.Reader.ReadAllAsync(cancellationToken))
        {
            switch (happened.Kind)
            {
                case TopEventKind.Key when state.Press(happened.Key) is var action:
                    if (action == TopAction.Quit)
                    {
                        return;
                    }

                    break;
                case TopEventKind.Sample:
                    latest = happened.Sample!;
                    scene = scene with { Trouble = null };
                    break;
                case TopEventKind.Trouble:
                    scene = scene with { Trouble = happened.Trouble };
                    break;
            }

            scene = state.Paused ? scene : scene with { Sample = latest };
            Draw();
        }

        void Draw()
        {
            var (width, height) = (Console.WindowWidth, Console.WindowHeight);
            if (width > 0 && height > 0)
            {
                screen.Draw(frame.Compose(scene, state, width, height));
            }
        }
    }

    private async Task AskAsync(RateTracker rates, CancellationToken cancellationToken)
    {
        var took = TimeSpan.Zero;
        while (true)
        {
            var rest = took * ((1 - MaxShare) / MaxShare);
            await Task.Delay(rest > interval - took ? rest : interval - took, time, cancellationToken);
            var begun = time.GetTimestamp();
            TopEvent happened;
            try
            {
                var list = await client.ListAsync(request, cancellationToken);
                happened = new(TopEventKind.Sample) { Sample = rates.Update(list) };
            }
            catch (AgentException e)
            {
                happened = new(TopEventKind.Trouble) { Trouble = $"{e.Message}; asking on" };
            }

            took = time.GetElapsedTime(begun);
            await _events.Writer.WriteAsync(happened, cancellationToken);
        }
    }

    // A thread of its own: reading a key blocks, and nothing can interrupt it but the end of the process.
    private void StartReadingKeys()
    {
        var thread = new Thread(() =>
        {
            try
            {
                while (true)
                {
                    // A view that is behind by as many events as there is room for loses the key.
                    _events.Writer.TryWrite(new(TopEventKind.Key) { Key = Console.ReadKey(intercept: true) });
                }
            }
            catch (Exception e) when (e is InvalidOperationException or IOException)
            {
                // The terminal went away.
                _events.Writer.TryComplete();
            }
        })
        {
            IsBackground = true,
            Name = "keys",
        };
        thread.Start();
    }
}
