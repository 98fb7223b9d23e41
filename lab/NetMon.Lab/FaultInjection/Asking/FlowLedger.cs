using System.Globalization;
using System.Text.Json;
using NetMon.Lab.Agents;
using NetMon.Lab.Machines;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>A flow as the latest record of it says, with its counts summed up.</summary>
internal sealed record LedgerFlow(JsonElement Json)
{
    /// <summary>Members of <c>tcp</c> that count: of a stream each is what came since the record before.</summary>
    public Dictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    public string Cause => Text("cause");

    public string Protocol => Text("protocol");

    public string Status => Text("status");

    /// <summary>Times of equal length and zone: their order is that of the texts.</summary>
    public string Last => Text("last");

    public long Count(string name) => Counts.GetValueOrDefault(name);

    /// <summary>Mean of all round trips between the observation point and an end, microseconds; 0 if there was none.</summary>
    public long RoundTrip(string end) => Count($"rtt.{end}.sum") / Math.Max(Count($"rtt.{end}.samples"), 1);

    /// <summary>A figure of <c>tcp</c> that is as it is now; 0 if it was not seen.</summary>
    public long Figure(string name) =>
        Json.TryGetProperty("tcp", out var tcp) && tcp.TryGetProperty(name, out var figure)
            ? figure.GetInt64()
            : 0;

    public void Add(string name, long count) => Counts[name] = Count(name) + count;

    private string Text(string name) =>
        Json.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}

/// <summary>
/// What <c>netmon flows --follow</c> tells of one agent, kept: flows that failed for want of an answer are over when that is known, and
/// in no list any more.
/// </summary>
internal sealed class FlowLedger
{
    private static readonly string[] NoCounts = ["mss_sent", "mss_received"];

    private readonly Dictionary<string, LedgerFlow> _flows = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private string _failure = "";

    public FlowLedger(AgentProcess agent)
    {
        var lines = agent.ReadLines("/api/v1/flows?follow=true");
        new Thread(() => Read(lines)) { IsBackground = true, Name = "flow ledger" }.Start();
    }

    /// <summary>Newest first.</summary>
    /// <exception cref="LabException">Some are missing: the agent has not told all of them.</exception>
    public IReadOnlyList<LedgerFlow> Of(Func<JsonElement, bool> which)
    {
        lock (_lock)
        {
            if (_failure.Length > 0)
            {
                throw new LabException(_failure);
            }

            return
            [
                .. _flows
                    .Values.Where(flow => which(flow.Json))
                    .OrderByDescending(flow => flow.Last, StringComparer.Ordinal),
            ];
        }
    }

    private void Read(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("lost", out var lost))
            {
                // Told to whoever asks: thrown here, on a thread that nobody waits for, it would end the process.
                Fail(string.Create(CultureInfo.InvariantCulture, $"the flow stream lost {lost} records"));
                return;
            }

            Take(json.RootElement.Clone());
        }
    }

    private void Fail(string failure)
    {
        lock (_lock)
        {
            _failure = failure;
        }
    }

    private void Take(JsonElement json)
    {
        lock (_lock)
        {
            var id = json.GetProperty("id").GetString()!;
            var flow = new LedgerFlow(json);
            if (_flows.TryGetValue(id, out var before))
            {
                foreach (var (name, count) in before.Counts)
                {
                    flow.Counts[name] = count;
                }
            }

            _flows[id] = flow;
            if (json.TryGetProperty("tcp", out var tcp))
            {
                foreach (var each in tcp.EnumerateObject().Where(IsCount))
                {
                    flow.Add(each.Name, each.Value.GetInt64());
                }

                if (tcp.TryGetProperty("rtt", out var trips) && trips.ValueKind == JsonValueKind.Object)
                {
                    AddTrips(flow, trips);
                }
            }
        }
    }

    private static void AddTrips(LedgerFlow flow, JsonElement trips)
    {
        foreach (var end in trips.EnumerateObject().Where(end => end.Value.ValueKind == JsonValueKind.Object))
        {
            var samples = end.Value.GetProperty("samples").GetInt64();
            flow.Add($"rtt.{end.Name}.samples", samples);
            flow.Add($"rtt.{end.Name}.sum", samples * end.Value.GetProperty("mean_us").GetInt64());
        }
    }

    private static bool IsCount(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Number
        && !NoCounts.Contains(member.Name)
        && (
            member.Name.EndsWith("_sent", StringComparison.Ordinal)
            || member.Name.EndsWith("_received", StringComparison.Ordinal)
            || member.Name is "syn_retries" or "zero_windows" or "resets"
        );
}
