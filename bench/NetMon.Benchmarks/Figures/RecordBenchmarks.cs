using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent;
using NetMon.Agent.Attribution;
using NetMon.Agent.Flows;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Ledger;
using NetMon.Agent.Metrics;
using NetMon.Agent.Options;
using NetMon.Agent.Streaming;
using NetMon.Bpf.Records;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;

namespace NetMon.Benchmarks.Figures;

/// <summary>The agent's way of a record with 10,000 TCP flows active.</summary>
public class RecordBenchmarks
{
    internal const int Flows = 10_000;

    // So many that what BenchmarkDotNet itself allocates per invocation is nothing per record.
    private const int Rounds = 20;
    private readonly FlowRecord[] _updates = new FlowRecord[Flows];
    private readonly FlowRecord[] _lives = new FlowRecord[Flows * 3];
    private readonly FlowEvent[] _events = new FlowEvent[256];
    private FlowPipeline _alone = null!;
    private FlowPipeline _followed = null!;
    private Subscription? _subscription;

    [GlobalSetup]
    public void Setup()
    {
        _alone = MakePipeline(out _);
        _followed = MakePipeline(out var broadcaster);
        broadcaster.TrySubscribe(FlowFilter.All, out _subscription);
        for (var i = 0; i < Flows; i++)
        {
            var open = Established(i);
            open.Reason = RecordReason.Open;
            _alone.Process(in open);
            _followed.Process(in open);
            open.Reason = RecordReason.Update;
            _updates[i] = open;
            _lives[3 * i] = Of(i + Flows, RecordReason.Open);
            _lives[(3 * i) + 1] = Of(i + Flows, RecordReason.Close);
            _lives[(3 * i) + 2] = Of(i + Flows, RecordReason.End);
        }

        Drain();
    }

    [Benchmark(Description = "update of a flow", OperationsPerInvoke = Flows * Rounds)]
    public void Update()
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (ref readonly var record in _updates.AsSpan())
            {
                _alone.Process(in record);
            }
        }
    }

    [Benchmark(Description = "update of a flow, with a live stream", OperationsPerInvoke = Flows * Rounds)]
    public void UpdateFollowed()
    {
        for (var i = 0; i < Flows * Rounds; i++)
        {
            _followed.Process(in _updates[i % Flows]);
            if (i % 256 == 255)
            {
                Drain();
            }
        }
    }

    [Benchmark(Description = "open, close or end of a short flow", OperationsPerInvoke = Flows * 3 * Rounds)]
    public void Life()
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (ref readonly var record in _lives.AsSpan())
            {
                _alone.Process(in record);
            }
        }
    }

    private static FlowPipeline MakePipeline(out Broadcaster broadcaster) =>
        MakePipeline(out broadcaster, out _);

    /// <summary>A pipeline, and what a ledger keeps of it.</summary>
    internal static FlowPipeline MakePipeline(out Broadcaster broadcaster, out LedgerParts parts)
    {
        broadcaster = new Broadcaster();
        var metrics = new FlowMetrics(new MetricRegistry(), new MetricsOptions());
        var table = new FlowTable(4 * Flows);
        var view = new StandaloneView(NetworkNames.None);
        var sources = new AttributionSources
        {
            View = view,
            Addresses = new LocalAddresses(TimeProvider.System),
            Node = new ThisNode(view, name: null, "host"),
            Clock = new WallClock(TimeProvider.System),
        };
        var attributor = new Attributor(table, sources, TimeSpan.FromSeconds(2), new AttributionCounters());
        var pipeline = new FlowPipeline(
            table,
            new InitiatorRules(),
            attributor,
            metrics,
            broadcaster,
            new RecentFailures(16, TimeSpan.FromMinutes(5)),
            NullLogger<FlowPipeline>.Instance
        );
        parts = new LedgerParts(table, metrics, attributor, pipeline, hasCluster: false);
        return pipeline;
    }

    internal static FlowRecord Of(int number, RecordReason reason)
    {
        var record = Established(number);
        record.Reason = reason;
        return record;
    }

    /// <summary>A record of a TCP flow from one of 250 clients to one of 100 servers.</summary>
    private static FlowRecord Established(int number)
    {
        var record = new FlowRecord { TimeNs = 2_000_000_000 };
        for (var end = 0; end < 2; end++)
        {
            record.Key.Address[end][10] = 0xff;
            record.Key.Address[end][11] = 0xff;
            record.Key.Address[end][12] = 10;
            record.Key.Address[end][14] = (byte)end;
        }

        record.Key.Address[0][15] = (byte)(1 + (number % 250));
        record.Key.Address[1][15] = (byte)(1 + (number % 100));
        record.Key.Port[0] = (ushort)(20_000 + number);
        record.Key.Port[1] = 443;
        record.Key.Protocol = 6;
        record.State.FirstNs = 1_000_000_000;
        record.State.LastNs = 2_000_000_000;
        record.State.Observer[0] = FlowStateRecord.ObserverEgress | 2;
        record.State.Observer[1] = 2;
        record.State.TcpFlags[0] = 0x1a;
        record.State.TcpFlags[1] = 0x1a;
        record.State.TcpState = FlowTcpState.Established;
        record.State.Flags = FlowFlags.SynSeen;
        record.Handshake = new FlowHandshake { SynAckUs = 100, AckUs = 150 };
        for (var end = 0; end < 2; end++)
        {
            record.Traffic.Packets[end] = 10;
            record.Traffic.Bytes[end] = 10_000;
        }

        return record;
    }

    private void Drain()
    {
        while (_subscription!.Take(_events, out _) > 0) { }
    }
}
