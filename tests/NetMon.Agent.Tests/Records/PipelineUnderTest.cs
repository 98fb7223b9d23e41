using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Attribution;
using NetMon.Agent.Flows;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Metrics;
using NetMon.Agent.Options;
using NetMon.Agent.Streaming;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Records;

/// <summary>The agent's way of a record, from the record to table, metrics and one follower.</summary>
internal sealed class PipelineUnderTest
{
    private readonly Subscription? _subscription;

    /// <param name="capacity">Of the table.</param>
    /// <param name="maxSeries">Of a metric family.</param>
    /// <param name="follow">Whether there is a follower.</param>
    /// <param name="metrics">What the metrics tell apart; null: addresses and protocols.</param>
    /// <param name="sources">What is known of addresses; null: a host without a cluster that is 10.0.0.1.</param>
    public PipelineUnderTest(
        int capacity = 100_000,
        int maxSeries = 10_000,
        bool follow = true,
        MetricsOptions? metrics = null,
        AttributionSources? sources = null
    )
    {
        Table = new FlowTable(capacity);
        Metrics = new FlowMetrics(
            Registry,
            metrics ?? new MetricsOptions { MaxSeries = maxSeries, Labels = ["src_ip", "dst_ip", "protocol"] }
        );
        Attributor = new Attributor(
            Table,
            sources ?? OfHost("10.0.0.1"),
            TimeSpan.FromSeconds(2),
            Attribution
        );
        Pipeline = new FlowPipeline(
            Table,
            Rules,
            Attributor,
            Metrics,
            Broadcaster,
            new RecentFailures(16, TimeSpan.FromMinutes(5)),
            NullLogger<FlowPipeline>.Instance
        );
        if (follow)
        {
            Broadcaster.TrySubscribe(FlowFilter.All, out _subscription);
        }
    }

    public AttributionCounters Attribution { get; } = new();

    public Attributor Attributor { get; }

    public MetricRegistry Registry { get; } = new();

    public InitiatorRules Rules { get; } = new();

    public Broadcaster Broadcaster { get; } = new();

    public FlowMetrics Metrics { get; }

    public FlowTable Table { get; }

    public FlowPipeline Pipeline { get; }

    /// <summary>What a host without a cluster knows of addresses: its own.</summary>
    public static AttributionSources OfHost(params string[] own)
    {
        var view = new StandaloneView(NetworkNames.None);
        var addresses = new LocalAddresses(TimeProvider.System);
        foreach (var address in own)
        {
            addresses.AddOwn(NetworkAddress.From(System.Net.IPAddress.Parse(address)));
        }

        return new AttributionSources
        {
            View = view,
            Addresses = addresses,
            Node = new ThisNode(view, null, "host"),
            Clock = new WallClock(TimeProvider.System),
        };
    }

    public void Process(in FlowRecord record) => Pipeline.Process(in record);

    /// <summary>Processes a record and gives the one event that came of it.</summary>
    public FlowEvent ProcessOne(in FlowRecord record)
    {
        Pipeline.Process(in record);
        return Assert.Single(TakeEvents());
    }

    public int Take(Span<FlowEvent> events) => _subscription!.Take(events, out _);

    public List<FlowEvent> TakeEvents()
    {
        var events = new List<FlowEvent>();
        var batch = new FlowEvent[256];
        int count;
        while ((count = _subscription!.Take(batch, out var lost)) > 0)
        {
            Assert.Equal(0, lost);
            events.AddRange(batch[..count]);
        }

        return events;
    }

    public List<Flow> Flows()
    {
        var flows = new List<Flow>();
        for (var slot = 0; slot < Table.SlotLimit; slot++)
        {
            if (Table.TryRead(slot, out var flow))
            {
                flows.Add(flow);
            }
        }

        return flows;
    }

    /// <summary>Every sample of a metric, by its labels as exposed.</summary>
    public Dictionary<string, double> Samples(string name) => Samples(Registry, name);

    public static Dictionary<string, double> Samples(MetricRegistry registry, string name)
    {
        var output = new ArrayBufferWriter<byte>();
        registry.Write(output, ExpositionFormat.PrometheusText);
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in Encoding.UTF8.GetString(output.WrittenSpan).Split('\n'))
        {
            var end = line.LastIndexOf(' ');
            if (end < 0 || line[0] == '#')
            {
                continue;
            }

            var series = line[..end];
            var brace = series.IndexOf('{', StringComparison.Ordinal);
            if (string.Equals(brace < 0 ? series : series[..brace], name, StringComparison.Ordinal))
            {
                samples.Add(
                    brace < 0 ? "" : series[brace..],
                    double.Parse(line[(end + 1)..], CultureInfo.InvariantCulture)
                );
            }
        }

        return samples;
    }
}
