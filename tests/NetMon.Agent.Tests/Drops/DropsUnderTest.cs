using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Drops;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Drops;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Drops;

/// <summary>A node's agent with its drops, from what the kernel gives to flows, metrics and the list.</summary>
internal sealed class DropsUnderTest : IDisposable
{
    public const uint Netfilter = 8;
    public const uint NoSocket = 3;
    public const uint Unspecified = 2;
    public const uint HostNetns = 0xf000_0001;
    public const uint PodNetns = 0xf000_0002;
    public const ulong TimeWaitPlace = 0xffff_ffff_8100_0010;
    public const ulong OtherPlace = 0xffff_ffff_8200_0020;

    private readonly DropReader _reader;
    private readonly DropFlows _flows;

    public DropsUnderTest()
    {
        var reasons = new DropReasons(
            new Dictionary<uint, string>
            {
                [Unspecified] = "NOT_SPECIFIED",
                [NoSocket] = "NO_SOCKET",
                [Netfilter] = "NETFILTER_DROP",
            }
        );
        var places = new DropPlaces(addresses =>
            addresses.ToDictionary(
                address => address,
                address => address == TimeWaitPlace ? "tcp_v4_rcv+0x10" : "nf_hook_slow+0x20"
            )
        );
        _reader = new DropReader(Source, reasons, places, Counters, () => { }, NullLogger.Instance);
        _flows = new DropFlows(
            _reader,
            reasons,
            places,
            new DropEnds(Node.Agent.Table, Node.Agent.Rules, Node.Agent.Attributor, HostNetns),
            Node.Agent.Table,
            new DropMetrics(Source, reasons, Counters, Node.Agent.Registry, new MetricsOptions()),
            Log,
            Counters,
            HostNetns
        );
    }

    public NodeUnderTest Node { get; } = new();

    public ScriptedDrops Source { get; } = new();

    public DropCounters Counters { get; } = new();

    public DropLog Log { get; } = new(capacity: 3);

    /// <summary>Packets of a flow's source, or with <paramref name="reply"/> of its destination.</summary>
    public static DropSample Drop(
        TestFlow flow,
        uint reason,
        bool reply = false,
        DropPath path = DropPath.Receive,
        uint netns = HostNetns
    )
    {
        var from = reply ? 1 - flow.Initiator : flow.Initiator;
        return new DropSample
        {
            Key = new DropKey
            {
                Flow = flow.Key,
                Reason = reason,
                From = (byte)from,
                Path = path,
                Netns = netns,
                Ifindex = 11,
                Location = OtherPlace,
            },
            Value = new DropValue
            {
                Packets = 2,
                Bytes = 120,
                FirstNs = flow.State.FirstNs,
                LastNs = flow.State.FirstNs + 1000,
            },
        };
    }

    public void Add(DropSample sample) => Source.Add(sample);

    public void Dispose() => _reader.Dispose();

    /// <summary>One look of the reader and of the capture loop.</summary>
    public void Look(bool last = false)
    {
        _reader.ReadOnce();
        _flows.Take(Node.NowNs, last);
    }

    public Flow FlowOf(TestFlow flow)
    {
        Assert.True(Node.Agent.Table.TryRead(Node.Agent.Table.FindLatest(in flow.Key), out var found));
        return found;
    }

    public FlowDrop DropOf(TestFlow flow) => Assert.Single(FlowOf(flow).Drops!.Reasons);

    public IEnumerable<string> Series(string name = "netmon_drops_total") =>
        Node.Agent.Samples(name).Select(sample => $"{sample.Key} {sample.Value}");
}
