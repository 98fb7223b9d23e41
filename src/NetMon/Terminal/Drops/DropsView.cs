using System.Buffers;
using NetMon.Client;
using NetMon.Core.Drops;
using NetMon.Terminal.Documents;
using NetMon.Terminal.Flows;

namespace NetMon.Terminal.Drops;

/// <summary>What <c>netmon drops</c> shows: the latest drops of an agent's host, or those to come.</summary>
internal sealed class DropsView(
    AgentClient client,
    TerminalOutput output,
    OutputFormat format,
    TimeProvider time
)
{
    private bool IsWide => format == OutputFormat.Wide;

    public async Task ListAsync(DropRequest request, CancellationToken cancellationToken)
    {
        if (DocumentPrinter.For(format, output) is { } printer)
        {
            await client.CopyAsync(request.ToPath(), printer.Print, cancellationToken);
            printer.End();
            return;
        }

        var list = await client.ListAsync(request, cancellationToken);
        if (list.Drops.Count == 0)
        {
            Say(request.Parameters.Count > 0 ? "no drop matches" : "no drops");
            return;
        }

        FlowListPrinter.Print(list.Drops, DropColumns.List(time.LocalTimeZone, IsWide), output);
    }

    /// <summary>Until cancelled, which is its ordinary end.</summary>
    public Task FollowAsync(DropRequest request, CancellationToken cancellationToken) =>
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

        var table = new FlowStreamPrinter<DropView>(DropColumns.List(time.LocalTimeZone, IsWide), output);
        return text =>
        {
            if (DropReader.ReadLine(in text, out var lost) is { } drop)
            {
                table.Print(drop);
            }
            else
            {
                Say($"{lost} lines lost here: they came faster than they were read");
            }
        };
    }

    private void Say(string message) => output.Errors.WriteLine($"netmon: {message}");
}
