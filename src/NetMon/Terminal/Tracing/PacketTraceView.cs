using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NetMon.Client;
using NetMon.Terminal.Documents;

namespace NetMon.Terminal.Tracing;

/// <summary>Prints packets and their ways as they come: a line for each packet, and beneath a line for each point.</summary>
internal sealed class PacketTraceView(AgentClient client, TerminalOutput output, OutputFormat format)
{
    private const int PointWidth = 22;
    private const int InterfaceWidth = 18;

    public async Task RunAsync(string path, CancellationToken cancellation)
    {
        var document = DocumentPrinter.For(format, output);
        try
        {
            await foreach (var line in client.FollowAsync(path, () => { }, cancellation))
            {
                using var json = Parse(line);
                if (json.RootElement.TryGetProperty("tracing"u8, out var tracing))
                {
                    Say(json.RootElement, tracing.GetBoolean());
                }
                else if (document is not null)
                {
                    document.PrintLine(line);
                }
                else
                {
                    output.Write(Describe(json.RootElement));
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C is an ordinary end.
        }
    }

    private JsonDocument Parse(in ReadOnlySequence<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line.ToArray());
        }
        catch (JsonException error)
        {
            throw AgentFailure.From(error, client.Address);
        }
    }

    private void Say(JsonElement line, bool begins)
    {
        if (!begins)
        {
            output.Errors.WriteLine(
                $"netmon: {Number(line, "packets")} packets; {Number(line, "lost_events")} events lost, {Number(line, "limited_packets")} packets beyond the rate, {Number(line, "missed_points")} points missed"
            );
            return;
        }

        foreach (var missing in line.GetProperty("missing"u8).EnumerateArray())
        {
            output.Errors.WriteLine($"netmon: not told: {TerminalText.Clean(missing.GetString())}");
        }
    }

    private StringBuilder Describe(JsonElement packet)
    {
        var text = new StringBuilder();
        var verdict = Text(packet, "verdict");
        var head = new StyledLine(output.Colour)
            .Add(At(packet), TextStyle.Quiet)
            .Add("  ")
            .Add($"{Text(packet, "protocol"), -5} ")
            .Add($"{End(packet, "source")} -> {End(packet, "destination")}", TextStyle.Strong)
            .Add($"  {Number(packet, "length")} B");
        if (Text(packet, "tcp_flags") is { Length: > 0 } flags)
        {
            head.Add($"  {flags}");
        }

        head.Add("  ").Add(verdict, verdict == "dropped" ? TextStyle.Failure : TextStyle.Notice);
        if (Text(packet, "reason") is { Length: > 0 } reason)
        {
            head.Add($": {reason}", TextStyle.Failure);
        }

        if (Text(packet, "location") is { Length: > 0 } location)
        {
            head.Add($" in {location}");
        }

        head.AppendTo(text);
        text.Append('\n');
        var before = (End(packet, "source"), End(packet, "destination"));
        foreach (var point in packet.GetProperty("way"u8).EnumerateArray())
        {
            Add(text, point, ref before);
        }

        return text;
    }

    private void Add(StringBuilder text, JsonElement point, ref (string, string) before)
    {
        var after = point.GetProperty("after_us"u8).GetDouble();
        var name = Text(point, "hook") is { Length: > 0 } hook
            ? $"{Text(point, "point")} ({hook})"
            : Text(point, "point");
        var line = new StyledLine(output.Colour)
            .Add(string.Create(CultureInfo.InvariantCulture, $"    +{after, 10:0.0} us  "), TextStyle.Quiet)
            .Add(name.PadRight(PointWidth))
            .Add(Text(point, "interface").PadRight(InterfaceWidth));
        if (point.TryGetProperty("netns"u8, out var netns))
        {
            line.Add($" netns {netns.GetInt64()}");
        }

        if (Text(point, "mark") is { Length: > 0 } mark)
        {
            line.Add($" mark {mark}");
        }

        if (point.TryGetProperty("code"u8, out var code))
        {
            line.Add($" code {code.GetInt64()}");
        }

        if (point.TryGetProperty("source"u8, out _))
        {
            // Translation shows as another pair of ends.
            var now = (End(point, "source"), End(point, "destination"));
            if (now != before)
            {
                line.Add($" now {now.Item1} -> {now.Item2}", TextStyle.Notice);
                before = now;
            }
        }

        text.Append(line.ToString().TrimEnd()).Append('\n');
    }

    private static string At(JsonElement packet) =>
        packet.GetProperty("time"u8).TryGetDateTimeOffset(out var time)
            ? time.ToLocalTime().ToString("HH:mm:ss.ffffff")
            : "?";

    private static string End(JsonElement packet, string name)
    {
        if (!packet.TryGetProperty(name, out var end))
        {
            return "?";
        }

        var ip = Text(end, "ip");
        return Number(end, "port") is var port and > 0
            ? ip.Contains(':')
                ? $"[{ip}]:{port}"
                : $"{ip}:{port}"
            : ip;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? TerminalText.Clean(value.GetString())
            : "";

    private static long Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : 0;
}
