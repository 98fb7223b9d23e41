using System.Text;
using System.Text.Json;

namespace NetMon.Support;

/// <summary>The agent's latest log lines, as it wrote them.</summary>
internal static class AgentLogText
{
    public static async Task<string> ReadAsync(SupportScene scene, CancellationToken cancellation)
    {
        using var document = JsonDocument.Parse(
            await AgentText.ReadAsync(scene, "/api/v1/logs", cancellation)
        );
        if (document.RootElement.TryGetProperty("names"u8, out var names))
        {
            scene.Names.UnionWith(names.EnumerateArray().Select(name => name.GetString()!));
        }

        var text = new StringBuilder();
        if (document.RootElement.GetProperty("dropped"u8).GetInt64() is var dropped and > 0)
        {
            text.Append('(').Append(dropped).Append(" older lines were not kept)\n");
        }

        foreach (var line in document.RootElement.GetProperty("lines"u8).EnumerateArray())
        {
            text.Append(line.GetProperty("time"u8).GetString())
                .Append(' ')
                .Append(line.GetProperty("level"u8).GetString())
                .Append(": ")
                .Append(line.GetProperty("category"u8).GetString())
                .Append('[')
                .Append(line.GetProperty("id"u8).GetInt32())
                .Append("] ")
                .Append(line.GetProperty("message"u8).GetString())
                .Append('\n');
        }

        return text.ToString();
    }
}
