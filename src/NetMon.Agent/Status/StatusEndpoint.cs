using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Clusters;
using NetMon.Agent.Features;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Metrics;
using NetMon.Bpf;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Status;

/// <summary><c>/api/v1/status</c>: how the agent is, on one screen.</summary>
internal sealed class StatusEndpoint(AgentReport report)
{
    private static readonly string[] Version =
    [
        .. (
            typeof(StatusEndpoint)
                .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion
            ?? "unknown"
        ).Split('+', 2),
    ];

    public Task HandleAsync(HttpContext context) => JsonAnswer.SendAsync(context, Write);

    private void Write(Utf8JsonWriter json)
    {
        var observed = report.Interfaces();
        var standing = report.Cluster();
        WriteIdentity(json);
        var (ready, reasons) = report.Health.Read(observed, standing);
        json.Object(
            "health",
            () =>
            {
                json.WriteBoolean("ready", ready);
                json.Texts("reasons", reasons);
            }
        );
        json.Objects(
            "features",
            report.Features.All,
            feature =>
            {
                json.WriteString("name", feature.Name);
                json.WriteString("status", Word(feature.Status));
                if (feature.Reason.Length > 0)
                {
                    json.WriteString("reason", feature.Reason);
                }
            }
        );
        json.Object("interfaces", () => WriteInterfaces(json, observed));
        json.Object("rates", () => WriteRates(json));
        json.Object("totals", () => WriteTotals(json));
        json.Object("flows", () => WriteFlows(json));
        json.Objects("losses", Losses(), loss => WriteLoss(json, loss));
        json.Object("cluster", () => WriteCluster(json, standing));
        json.Figure("sampling_rate", report.Sum(Instruments.SamplingRate.Name) ?? 1);
        json.Object("state", () => WriteState(json));
        json.Object("resources", () => WriteResources(json));
    }

    private void WriteIdentity(Utf8JsonWriter json)
    {
        var now = report.Time.GetUtcNow();
        var start = DateTimeOffset.FromUnixTimeMilliseconds((long)(ProcessStatus.StartSeconds * 1000));
        json.WriteString("time", now);
        json.WriteString("version", Version[0]);
        json.WriteString("commit", Version.Length > 1 ? Version[1] : "unknown");
        json.WriteString("node", report.Node());
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteString("kernel", Environment.OSVersion.Version.ToString());
        json.WriteString("started", start);
        json.Figure("uptime_seconds", Math.Max(0, (now - start).TotalSeconds), digits: 1);
    }

    private static void WriteInterfaces(Utf8JsonWriter json, ObservedInterfaces observed)
    {
        json.WriteNumber("observed", observed.Attached.Count);
        json.WriteNumber("pod", observed.Count(InterfaceKind.Pod));
        json.WriteNumber("uplink", observed.Count(InterfaceKind.Uplink));
        json.WriteNumber("other", observed.Count(InterfaceKind.Other));
        json.Objects(
            "failed",
            observed.Failed.Values.OrderBy(failure => failure.Name, StringComparer.Ordinal),
            failure =>
            {
                json.WriteString("name", failure.Name);
                json.WriteString("error", failure.Error);
                json.WriteNumber("attempts", failure.Attempts);
            }
        );
    }

    private void WriteRates(Utf8JsonWriter json)
    {
        var rates = report.Pulse.Rates;
        json.Figure("window_seconds", rates.Window.TotalSeconds, digits: 1);
        json.Figure("packets", rates.Packets);
        json.Figure("bytes", rates.Bytes);
        json.Figure("flows", rates.Flows);
        json.Figure("drops", rates.Drops);
    }

    private void WriteTotals(Utf8JsonWriter json)
    {
        var now = report.Pulse.Now;
        json.WriteNumber("packets", now.Packets);
        json.WriteNumber("bytes", now.Bytes);
        json.WriteNumber("flows", now.Flows);
        json.WriteNumber("drops", now.Drops);
    }

    private void WriteFlows(Utf8JsonWriter json)
    {
        json.WriteNumber("active", report.Table.Count);
        json.WriteNumber("max", report.Options.Flow.MaxFlows);
        json.Figure("waiting", report.Sum(Instruments.AttributionWaiting.Name) ?? 0);
    }

    private IEnumerable<(string Metric, string What, double Count)> Losses()
    {
        foreach (var (metric, what) in LossTable.All)
        {
            if (report.Sum(metric.Name) is { } count)
            {
                yield return (metric.Name, what, count);
            }
        }
    }

    private static void WriteLoss(Utf8JsonWriter json, (string Metric, string What, double Count) loss)
    {
        json.WriteString("metric", loss.Metric);
        json.WriteString("what", loss.What);
        json.Figure("count", loss.Count);
    }

    private void WriteCluster(Utf8JsonWriter json, ClusterStanding standing)
    {
        if (standing.Report is not { } cluster)
        {
            json.WriteString("mode", "standalone");
            return;
        }

        json.WriteString("mode", "kubernetes");
        json.WriteString("server", cluster.Server.ToString());
        json.WriteString("access", cluster.Source);
        json.WriteBoolean("synced", cluster.IsSynced);
        if (KubernetesStats.Age(cluster, report.Time) is { } age)
        {
            json.Figure("age_seconds", age.TotalSeconds, digits: 1);
        }

        json.WriteNumber("pods", cluster.Counts.Pods);
        json.WriteNumber("services", cluster.Counts.Services);
        json.WriteNumber("nodes", cluster.Counts.Nodes);
        json.Texts("troubles", standing.Troubles);
    }

    /// <summary>What outlives the process, with the figures that its parts have without labels.</summary>
    private void WriteState(Utf8JsonWriter json)
    {
        var state = report.Options.State;
        json.WriteString("directory", state.Directory);
        json.WriteString("bpf_directory", state.BpfDirectory);
        foreach (var family in report.Registry.Families)
        {
            var name = family.Instrument.Name;
            if (
                family.Instrument.Labels.Count == 0
                && family.Instrument.Type is MetricType.Counter or MetricType.Gauge
                && (
                    name.StartsWith("netmon_ledger_", StringComparison.Ordinal)
                    || name.StartsWith("netmon_pin", StringComparison.Ordinal)
                    || name.StartsWith("netmon_adopted_", StringComparison.Ordinal)
                )
            )
            {
                json.Figure(name["netmon_".Length..], report.Sum(name) ?? 0);
            }
        }
    }

    private void WriteResources(Utf8JsonWriter json)
    {
        json.WriteNumber("memory_bytes", ProcessStatus.ResidentBytes);
        json.WriteNumber("managed_bytes", GC.GetTotalMemory(forceFullCollection: false));
        json.Figure("map_memory_bytes", report.Sum(Instruments.MapMemory.Name) ?? 0);
        json.Figure("cpu_percent", report.Sum(Instruments.CpuUsage.Name) ?? 0, digits: 2);
        json.Figure("cpu_seconds", ProcessStatus.CpuSeconds, digits: 2);
        json.WriteNumber("open_files", ProcessStatus.OpenDescriptors);
    }

    private static string Word(FeatureStatus status) =>
        status switch
        {
            FeatureStatus.On => "on",
            FeatureStatus.Off => "off",
            _ => "degraded",
        };
}
