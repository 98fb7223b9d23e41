using System.Text.Json;
using NetMon.Terminal.Documents;

namespace NetMon.Terminal.Stats;

/// <summary>One figure of memory: of what, how much, in words of its unit.</summary>
internal readonly record struct MemoryRow(string Part, string What, string Figure);

/// <summary>The figures of <c>stats memory</c>, whatever they are called.</summary>
internal static class MemoryRows
{
    private static readonly string[] Parts = ["process", "managed", "kernel", "flow_table"];

    public static IEnumerable<MemoryRow> Of(JsonElement figures)
    {
        foreach (var part in Parts)
        {
            var members = figures.Member(part);
            if (members.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            foreach (var member in members.EnumerateObject())
            {
                var name = TerminalText.Clean(member.Name);
                if (members.Number(member.Name) is { } number)
                {
                    yield return new MemoryRow(part, name, Write(name, number));
                }
            }
        }
    }

    private static string Write(string name, double number) =>
        name.EndsWith("_bytes", StringComparison.Ordinal) ? HumanUnits.Bytes(number)
        : name.EndsWith("_seconds", StringComparison.Ordinal) ? $"{number:0.###}s"
        : HumanUnits.Count(number);
}
