using System.Buffers;
using NetMon.Client;
using NetMon.Core.Flows;
using NetMon.Terminal.Documents;
using NetMon.Terminal.Flows.Pairs;

namespace NetMon.Terminal.Flows;

/// <summary>What <c>netmon flows</c> shows: an agent's flows once, or as they go on.</summary>
internal sealed class FlowsView(
    AgentClient client,
    TerminalOutput output,
    OutputFormat format,
    TimeProvider time
)
{
    public async Task ListAsync(FlowRequest request, CancellationToken cancellationToken)
    {
        if (DocumentPrinter.For(format, output) is { } printer)
        {
            await client.CopyListAsync(request, printer.Print, cancellationToken);
            printer.End();
            return;
        }

        var list = await client.ListAsync(request, cancellationToken);
        if (list.Flows.Count == 0)
        {
            SayNone(request);
            return;
        }

        var columns = FlowColumns.List(Context(list.Time, request), format == OutputFormat.Wide);
        var missing = FlowListPrinter.Print(list.Flows, columns, output);
        if (missing > 0 && format == OutputFormat.Wide)
        {
            Say($"{missing} columns do not fit this terminal; to see all: pipe into less -S");
        }

        if (list.Flows.Count < list.Total && request.Last is null)
        {
            Say($"{list.Flows.Count} of {list.Total} flows shown: the agent sent no more");
        }
    }

    /// <summary>Sums over the flows of each pair of ends.</summary>
    /// <param name="most">At most so many pairs; null: all.</param>
    /// <param name="sort">Null: by bytes.</param>
    public async Task SumAsync(
        FlowRequest request,
        PairSubject subject,
        int? most,
        FlowSort? sort,
        CancellationToken cancellationToken
    )
    {
        var list = await client.ListAsync(request, cancellationToken);
        var pairs = FlowPair.Sum(list.Flows, subject, sort).Take(most ?? int.MaxValue).ToArray();
        if (DocumentPrinter.For(format, output) is { } printer)
        {
            printer.PrintAll(PairDocument.Write(list.Time, subject, pairs));
            return;
        }

        if (pairs.Length == 0)
        {
            SayNone(request);
            return;
        }

        FlowListPrinter.Print(pairs, PairColumns.List(Context(list.Time, request)), output);
    }

    /// <summary>Until cancelled, which is its ordinary end.</summary>
    public Task FollowAsync(FlowRequest request, CancellationToken cancellationToken) =>
        new FlowFollower(client, Say, new ClientPatience(), time).RunAsync(
            request.ToPath(follow: true),
            CreatePrinter(request),
            cancellationToken
        );

    private Action<ReadOnlySequence<byte>> CreatePrinter(FlowRequest request)
    {
        if (DocumentPrinter.For(format, output) is { } printer)
        {
            return line => printer.PrintLine(line);
        }

        var arrived = DateTimeOffset.MinValue;
        var columns = FlowColumns.Stream(
            Context(now: null, request),
            () => arrived,
            format == OutputFormat.Wide
        );
        var table = new FlowStreamPrinter<FlowView>(columns, output);
        return text =>
        {
            var line = client.ReadLine(text);
            if (line.Flow is { } flow)
            {
                arrived = time.GetUtcNow();
                table.Print(flow);
            }
            else
            {
                Say($"{line.Lost} records lost here: they came faster than they were read");
            }
        };
    }

    private FlowColumnContext Context(DateTimeOffset? now, FlowRequest request) =>
        new(output.Glyphs, time.LocalTimeZone, now)
        {
            OfFailures = request.Criteria.Any(one =>
                one.Key is "cause" || (one.Key is "status" && one.Value is "failed")
            ),
        };

    private void SayNone(FlowRequest request) =>
        Say(request.IsFiltered ? "no active flow matches" : "no active flows");

    private void Say(string message) => output.Errors.WriteLine($"netmon: {message}");
}
