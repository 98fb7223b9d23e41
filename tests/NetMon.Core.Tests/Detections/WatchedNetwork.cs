using System.Net;
using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Detections;

/// <summary>How a scripted conversation goes.</summary>
public enum Talk
{
    /// <summary>Request and response, then both close.</summary>
    Served,

    /// <summary>RST to the SYN; ICMP port unreachable to a datagram.</summary>
    Refused,

    /// <summary>Nothing comes back.</summary>
    Silent,

    /// <summary>As above, and the SYN is sent again: what a system does, and a scanner does not.</summary>
    SilentRetried,

    /// <summary>SYN/ACK, then an RST by who asked.</summary>
    HalfOpenReset,

    /// <summary>SYN/ACK, then nothing.</summary>
    HalfOpen,

    /// <summary>Connected and closed without a byte of data.</summary>
    Touched,
}

/// <summary>A network whose time a test moves by hand, and the detections that watch it.</summary>
/// <remarks>Addresses 10.x are pods: those that a test named, else bare ones; everything else is outside.</remarks>
internal sealed class WatchedNetwork
{
    private static readonly TimeSpan AnswerWait = TimeSpan.FromSeconds(3);

    private readonly PriorityQueue<FlowSighting, ulong> _due = new();
    private readonly Dictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _start;
    private readonly ulong _startNs;
    private ushort _clientPort = 40_000;

    /// <param name="configure">Changes the thresholds.</param>
    /// <param name="start">Time of day when it begins.</param>
    /// <param name="startNs">The same since the machine started.</param>
    public WatchedNetwork(
        Action<DetectionSettings>? configure = null,
        DateTimeOffset? start = null,
        ulong startNs = 1_000_000_000_000
    )
    {
        NowNs = _startNs = startNs;
        configure?.Invoke(Settings);
        _start = start ?? new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
        Engine = new DetectionEngine(Settings, Told.Add);
        Engine.Tick(NowNs, UnixNs);
    }

    public DetectionSettings Settings { get; } = new();

    public DetectionEngine Engine { get; }

    /// <summary>Everything that was told, in order.</summary>
    public List<SecurityEvent> Told { get; } = [];

    public ulong NowNs { get; private set; }

    public DateTimeOffset Now => _start.AddTicks((long)((NowNs - _startNs) / 100));

    private long UnixNs => (Now - DateTimeOffset.UnixEpoch).Ticks * 100;

    public IEnumerable<SecurityEvent> Begun => Told.Where(told => told.Step == SecurityEventStep.Begin);

    public string Summary => string.Join('\n', Begun.Select(told => $"{told.Type.Word()}: {told.What}"));

    /// <summary>Names who has an address.</summary>
    public WatchedNetwork Name(string address, string ns, string workload, string kind = "Deployment")
    {
        _endpoints[address] = new Endpoint
        {
            Kind = kind == "Node" ? EndpointKind.Node : EndpointKind.Pod,
            Workload = new Workload(ns, kind, workload),
            Pod = kind == "Node" ? null : $"{workload}-{address}",
            Node = "node-1",
        };
        return this;
    }

    public void Advance(double seconds)
    {
        var end = NowNs + (ulong)(seconds * 1e9);
        while (NowNs < end)
        {
            var next = Math.Min(end, NowNs + 1_000_000_000);
            while (_due.TryPeek(out _, out var at) && at <= next)
            {
                NowNs = Math.Max(NowNs, at);
                var sighting = _due.Dequeue();
                sighting.NowNs = NowNs;
                Engine.See(in sighting);
            }

            NowNs = next;
            Engine.Tick(NowNs, UnixNs);
        }
    }

    /// <summary>A TCP connection, or an attempt, from now on.</summary>
    public void Tcp(
        string source,
        string target,
        int port,
        Talk talk = Talk.Served,
        (long Sent, long Received) bytes = default
    )
    {
        var flow = Between(source, target, port, IpProtocol.Tcp);
        var answered = talk is Talk.Served or Talk.Touched or Talk.HalfOpen or Talk.HalfOpenReset;
        flow.Certain = true;
        flow.FlagsSent = 0x02;
        flow.SentPackets = talk == Talk.SilentRetried ? 2 : 1;
        flow.Retried = talk == Talk.SilentRetried;
        flow.ReceivedPackets = answered || talk == Talk.Refused ? 1 : 0;
        flow.FlagsReceived = (ushort)(
            answered ? 0x12
            : talk == Talk.Refused ? 0x14
            : 0
        );
        if (talk is Talk.Served or Talk.Touched)
        {
            flow.Established = true;
            flow.FlagsSent = talk == Talk.Served ? (ushort)0x1b : (ushort)0x13;
            flow.FlagsReceived = talk == Talk.Served ? (ushort)0x1b : (ushort)0x13;
        }
        else if (talk == Talk.HalfOpenReset)
        {
            flow.FlagsSent |= 0x04;
        }

        if (talk == Talk.Served && bytes == default)
        {
            bytes = (600, 4_000);
        }

        Run(flow, bytes, talk == Talk.Served ? 8 : 6);
    }

    public void Udp(string source, string target, int port, Talk talk = Talk.Served, int sourcePort = 0)
    {
        var flow = Between(source, target, port, IpProtocol.Udp);
        flow.SourcePort = sourcePort == 0 ? flow.SourcePort : (ushort)sourcePort;
        flow.SentPackets = 1;
        flow.Established = talk == Talk.Served;
        flow.ReceivedPackets = talk == Talk.Served ? 1 : 0;
        flow.HasIcmpError = talk == Talk.Refused;
        (flow.IcmpErrorType, flow.IcmpErrorCode) = ((byte)3, (byte)3);
        Run(flow, (80, talk == Talk.Served ? 200 : 0), 60);
    }

    public void Ping(string source, string target, Talk talk = Talk.Served)
    {
        var flow = Between(source, target, 0, IpProtocol.Icmp);
        flow.IcmpType = 8;
        flow.SentPackets = 1;
        flow.Established = talk == Talk.Served;
        flow.ReceivedPackets = talk == Talk.Served ? 1 : 0;
        Run(flow, (84, talk == Talk.Served ? 84 : 0), 30);
    }

    /// <summary>One TCP packet without SYN to somebody who answers with RST, or not at all.</summary>
    public void Bare(string source, string target, int port, ushort flags, bool reset)
    {
        var flow = Between(source, target, port, IpProtocol.Tcp);
        flow.FlagsSent = flags;
        flow.SentPackets = 1;
        flow.FlagsReceived = reset ? (ushort)0x14 : (ushort)0;
        flow.ReceivedPackets = reset ? 1 : 0;
        Run(flow, (40, reset ? 40 : 0), 300);
    }

    /// <summary>Bytes of a flow that goes on.</summary>
    public void Transfer(string source, string target, long sent, long received)
    {
        var flow = Between(source, target, 443, IpProtocol.Tcp);
        (flow.SentBytes, flow.ReceivedBytes) = (sent, received);
        Engine.See(in flow);
    }

    public FlowSighting Between(string source, string target, int port, byte protocol)
    {
        _clientPort = _clientPort == 60_999 ? (ushort)40_000 : (ushort)(_clientPort + 1);
        return new FlowSighting
        {
            Source = Find(source),
            Destination = Find(target),
            SourceAddress = NetworkAddress.From(IPAddress.Parse(source)),
            TargetAddress = NetworkAddress.From(IPAddress.Parse(target)),
            SourcePort = _clientPort,
            TargetPort = (ushort)port,
            Protocol = protocol,
            StartNs = NowNs,
            NowNs = NowNs,
            SourceLocal = IsInside(source),
            DestinationLocal = IsInside(target),
            Slot = 1,
        };
    }

    private void Run(FlowSighting flow, (long Sent, long Received) bytes, double endsAfter)
    {
        flow.TotalSentBytes = bytes.Sent == 0 ? flow.SentPackets * 60 : bytes.Sent;
        flow.TotalReceivedBytes = bytes.Received == 0 ? flow.ReceivedPackets * 40 : bytes.Received;

        var opened = flow;
        opened.Steps = SightingSteps.Opened;
        (opened.SentBytes, opened.ReceivedBytes) = (flow.TotalSentBytes, flow.TotalReceivedBytes);
        Engine.See(in opened);

        flow.Steps = SightingSteps.Examined;
        _due.Enqueue(flow, NowNs + (ulong)(AnswerWait.Ticks * 100));
        flow.Steps = SightingSteps.Ended;
        _due.Enqueue(flow, NowNs + (ulong)(endsAfter * 1e9));
    }

    private Endpoint Find(string address)
    {
        if (!_endpoints.TryGetValue(address, out var endpoint))
        {
            if (!IsInside(address))
            {
                return Endpoint.External;
            }

            Name(address, "default", $"pod-{address}", "Pod");
            endpoint = _endpoints[address];
        }

        return endpoint;
    }

    private static bool IsInside(string address) => address.StartsWith("10.", StringComparison.Ordinal);
}
