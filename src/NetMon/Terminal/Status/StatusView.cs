using System.Text;
using System.Text.Json;
using NetMon.Client;
using NetMon.Terminal.Documents;

namespace NetMon.Terminal.Status;

/// <summary>What <c>netmon status</c> shows.</summary>
internal sealed class StatusView(AgentClient client, TerminalOutput output, OutputFormat format)
{
    private const string Path = "api/v1/status";
    private const string Home = "\e[H";
    private const string EraseLine = "\e[K";
    private const string EraseBelow = "\e[J";

    private readonly DocumentPrinter? _printer = DocumentPrinter.For(format, output);

    /// <returns>Whether the agent is ready.</returns>
    public async Task<bool> ShowAsync(CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(Path, cancellationToken);
        Print(answer.RootElement, redraw: false);
        return IsReady(answer.RootElement);
    }

    /// <summary>Shows it again and again until cancelled, which is its ordinary end: on a terminal always in the same place.</summary>
    /// <returns>Whether the agent was ready when it was last asked.</returns>
    public async Task<bool> WatchAsync(TimeSpan pace, TimeProvider time, CancellationToken cancellationToken)
    {
        var ready = false;
        var redraw = output.Width() is not null && _printer is null;
        var first = true;
        try
        {
            while (true)
            {
                using (var answer = await client.GetAsync(Path, cancellationToken))
                {
                    if (!first && !redraw && _printer is null)
                    {
                        output.Write("\n"u8);
                    }
                    else if (first && redraw)
                    {
                        output.Write("\e[2J"u8);
                    }

                    first = false;
                    Print(answer.RootElement, redraw);
                    ready = IsReady(answer.RootElement);
                }

                await Task.Delay(pace, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ready;
        }
    }

    private void Print(JsonElement status, bool redraw)
    {
        if (_printer is not null)
        {
            _printer.PrintAll(Encoding.UTF8.GetBytes(status.GetRawText()));
            return;
        }

        if (Several(status) is { } agents)
        {
            output.Write(Encoding.ASCII.GetBytes(redraw ? Home + EraseBelow : ""));
            StatusTable.Print(agents, output);
            return;
        }

        var text = new StringBuilder(redraw ? Home : "");
        foreach (var line in StatusScreen.Of(status, output).Take(StatusScreen.MaxLines))
        {
            line.AppendTo(text);
            text.Append(redraw ? EraseLine : "").Append('\n');
        }

        output.Write(text.Append(redraw ? EraseBelow : ""));
    }

    // One that does not answer is not ready either.
    private static bool IsReady(JsonElement status) =>
        Several(status) is { } agents
            ? Array.TrueForAll(agents, IsReady)
            : status.Member("health").Is("ready");

    private static JsonElement[]? Several(JsonElement status) =>
        status.Member("agents").ValueKind == JsonValueKind.Array ? [.. status.Items("agents")] : null;
}
