using System.Text.Json;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Status;

/// <summary>What happens to flows and records, counted since the start: each figure is that of the metric of its name.</summary>
internal static class FlowStats
{
    private static readonly string[] Families =
    [
        Instruments.FlowsActive.Name,
        Instruments.FlowsCreated.Name,
        Instruments.FlowsRemoved.Name,
        Instruments.FlowsOrphaned.Name,
        Instruments.MapEntries.Name,
        Instruments.MapCapacity.Name,
        Instruments.Records.Name,
        Instruments.RecordsDeferred.Name,
        Instruments.EventsProcessed.Name,
        Instruments.EventsDropped.Name,
        Instruments.RecordsUntracked.Name,
        Instruments.RecordsFailed.Name,
        Instruments.PacketsLost.Name,
        Instruments.PacketsUncounted.Name,
        Instruments.OverflowPackets.Name,
        Instruments.OverflowBytes.Name,
        Instruments.FragmentsUnmatched.Name,
        Instruments.ObserverChanges.Name,
        Instruments.ProcessingDuration.Name,
        Instruments.Attribution.Name,
        Instruments.AttributionWaiting.Name,
        Instruments.ConntrackLookups.Name,
        Instruments.SocketOwners.Name,
        Instruments.SocketEvents.Name,
        Instruments.SocketEventsLost.Name,
        Instruments.DropsUnattributed.Name,
        Instruments.DropsMissed.Name,
        Instruments.Streams.Name,
        Instruments.StreamRecords.Name,
        Instruments.StreamRecordsLost.Name,
        Instruments.SamplingRate.Name,
        Instruments.Shed.Name,
    ];

    public static void Write(Utf8JsonWriter json, AgentReport report)
    {
        var rates = report.Pulse.Rates;
        json.Object(
            "rates",
            () =>
            {
                json.Figure("window_seconds", rates.Window.TotalSeconds, digits: 1);
                json.Figure("packets", rates.Packets);
                json.Figure("bytes", rates.Bytes);
                json.Figure("flows", rates.Flows);
                json.Figure("drops", rates.Drops);
            }
        );
        WriteCounters(json, report, Families);
    }

    /// <summary>The samples of families, those that exist.</summary>
    public static void WriteCounters(Utf8JsonWriter json, AgentReport report, IEnumerable<string> families)
    {
        json.Objects(
            "counters",
            families.SelectMany(family =>
                report.Registry.Read(family).Select(sample => (Name: family + sample.Suffix, Sample: sample))
            ),
            one =>
            {
                json.WriteString("name", one.Name);
                if (one.Sample.Labels.Count > 0)
                {
                    json.Object(
                        "labels",
                        () =>
                        {
                            foreach (var (name, value) in one.Sample.Labels)
                            {
                                json.WriteString(name, value);
                            }
                        }
                    );
                }

                json.Figure("value", one.Sample.Value, digits: 9);
            }
        );
    }
}
