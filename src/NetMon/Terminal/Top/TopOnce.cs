using NetMon.Client;
using NetMon.Terminal.Flows;

namespace NetMon.Terminal.Top;

/// <summary><c>netmon top --once</c>: one table of rates for scripts and logs, on no terminal at all.</summary>
internal sealed class TopOnce(
    AgentClient client,
    FlowRequest request,
    TerminalOutput output,
    TimeProvider time
)
{
    /// <summary>A flow's figures move once in a record interval, which is 5 s by default: then each has a rate.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(6);

    /// <param name="interval">Between two lists.</param>
    /// <param name="cancellationToken">Ends it without a table.</param>
    /// <exception cref="AgentException">The agent does not answer.</exception>
    public async Task RunAsync(TimeSpan interval, CancellationToken cancellationToken)
    {
        var rates = new RateTracker();
        var begun = time.GetTimestamp();
        rates.Update(await client.ListAsync(request, cancellationToken));
        TopSample sample;
        do
        {
            await Task.Delay(interval, time, cancellationToken);
            sample = rates.Update(await client.ListAsync(request, cancellationToken));
        } while (sample.Rows.Any(row => row.Rate is null) && time.GetElapsedTime(begun) < Longest);

        if (sample.Rows.Count == 0)
        {
            output.Errors.WriteLine("netmon: no active flows");
            return;
        }

        var state = new TopState();
        var context = new FlowColumnContext(output.Glyphs, time.LocalTimeZone, sample.Time);
        FlowListPrinter.Print(TopOrder.Apply(sample.Rows, state), TopColumns.Create(context, state), output);
    }
}
