using System.Runtime.InteropServices;
using NetMon.Bpf;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;
using RoundTripBuckets = NetMon.Bpf.Records.RoundTripBuckets;

namespace NetMon.Agent.Flows;

/// <summary>Turns the kernel's records into flows: the one place that knows both.</summary>
internal static class RecordTranslator
{
    private const ushort Syn = 0x02;
    private const ushort Rst = 0x04;
    private const ushort SynAck = 0x12;

    /// <summary>Writes the parts of a flow that its first record tells; whose it is, is left to the caller.</summary>
    /// <returns>The end of the key that is the source, 0 or 1.</returns>
    public static int Begin(in FlowRecord record, InitiatorRules rules, ref Flow flow)
    {
        ref readonly var state = ref record.State;
        var source = (state.Flags & FlowFlags.Initiator1) != FlowFlags.None ? 1 : 0;
        var from = Endpoint(in record, source);
        var to = Endpoint(in record, 1 - source);
        var certain = (state.Flags & FlowFlags.SynSeen) != FlowFlags.None;
        if (
            !certain
            && rules.AreSwapped(
                in from,
                in to,
                record.Key.Protocol,
                (state.Observer[source], state.Observer[1 - source])
            )
        )
        {
            source = 1 - source;
            (from, to) = (to, from);
        }

        flow = new Flow
        {
            Source = from,
            Destination = to,
            StartNs = state.FirstNs,
            Protocol = record.Key.Protocol,
            Class =
                (state.Flags & FlowFlags.Overlay) != FlowFlags.None ? FlowClass.Overlay : FlowClass.Direct,
            InitiatorCertain = certain,
            IcmpType = state.IcmpType,
            IcmpCode = state.IcmpCode,
            SamplingRate = SamplingRateOf(in record),
        };
        return source;
    }

    /// <summary>The flow's counts since the record before, as its source sees them.</summary>
    public static void ReadCounts(in FlowRecord record, int source, out FlowCounts counts)
    {
        var destination = 1 - source;
        ref readonly var events = ref record.Events;
        counts = new FlowCounts
        {
            Sent = Traffic(in record, source),
            Received = Traffic(in record, destination),
            RetransmitsSent = events.Retransmits[source],
            RetransmitsReceived = events.Retransmits[destination],
            RetransmittedBytesSent = (long)events.RetransmittedBytes[source],
            RetransmittedBytesReceived = (long)events.RetransmittedBytes[destination],
            ZeroWindowsSent = events.ZeroWindows[source],
            ZeroWindowsReceived = events.ZeroWindows[destination],
            ResetsSent = events.Resets[source],
            ResetsReceived = events.Resets[destination],
            SynRetries = events.SynRetries,
            IcmpErrors = events.IcmpErrors,
            SourceHealth = Health(in record, source),
            DestinationHealth = Health(in record, destination),
        };
    }

    /// <summary>Adds the flow's round trips since the record before. Costs next to nothing if there are none, as in most records.</summary>
    public static void AddRoundTrips(in FlowRecord record, int source, ref RoundTripCounts counts)
    {
        if (!HasRoundTrips(in record.RoundTrips))
        {
            return;
        }

        counts.Any = true;
        ref readonly var toSource = ref record.RoundTrips.Buckets[source];
        ref readonly var toDestination = ref record.RoundTrips.Buckets[1 - source];
        for (var i = 0; i < Core.Flows.RoundTripBuckets.Length; i++)
        {
            counts.Source[i] += toSource[i];
            counts.Destination[i] += toDestination[i];
        }
    }

    /// <summary>How many flows a record's flow stands for, at least 1.</summary>
    public static ushort SamplingRateOf(in FlowRecord record) =>
        (ushort)Math.Clamp(record.SamplingRate, 1, FlowSample.MaxRate);

    /// <summary>Brings a flow up to date with a record: adds the counts, takes over what holds now. Status and cause are left to the caller.</summary>
    public static void Advance(in FlowRecord record, int source, in FlowCounts counts, ref Flow flow)
    {
        ref readonly var state = ref record.State;
        flow.Total.Add(in counts);
        flow.SamplingRate = SamplingRateOf(in record);

        // Ring and sweep are two ways: a record may arrive after a younger one, and then only its counts are news.
        if (state.LastNs < flow.LastNs)
        {
            return;
        }

        var destination = 1 - source;
        flow.LastNs = state.LastNs;
        flow.FirstReset = FirstReset(in flow, state.TcpFlags[source], state.TcpFlags[destination]);
        flow.Source = flow.Source with { InterfaceIndex = Interface(in record, source) };
        flow.Destination = flow.Destination with { InterfaceIndex = Interface(in record, destination) };
        flow.TcpFlagsSent = state.TcpFlags[source];
        flow.TcpFlagsReceived = state.TcpFlags[destination];
        flow.IcmpErrorType = state.IcmpErrorType;
        flow.IcmpErrorCode = state.IcmpErrorCode;
        flow.State = StateOf(in record);
        flow.SourceRoundTrips = Extremes(in record, source);
        flow.DestinationRoundTrips = Extremes(in record, destination);
        flow.MssSent = record.Handshake.Mss[source];
        flow.MssReceived = record.Handshake.Mss[destination];
        ReadHandshake(in record.Handshake, ref flow);
    }

    /// <summary>Makes the source the destination: of a flow whose initiator turned out to be the other end.</summary>
    public static void Swap(ref Flow flow)
    {
        (flow.Source, flow.Destination) = (flow.Destination, flow.Source);
        (flow.TcpFlagsSent, flow.TcpFlagsReceived) = (flow.TcpFlagsReceived, flow.TcpFlagsSent);
        ref var total = ref flow.Total;
        (total.Sent, total.Received) = (total.Received, total.Sent);
        (total.RetransmitsSent, total.RetransmitsReceived) = (
            total.RetransmitsReceived,
            total.RetransmitsSent
        );
        (total.RetransmittedBytesSent, total.RetransmittedBytesReceived) = (
            total.RetransmittedBytesReceived,
            total.RetransmittedBytesSent
        );
        (total.ZeroWindowsSent, total.ZeroWindowsReceived) = (
            total.ZeroWindowsReceived,
            total.ZeroWindowsSent
        );
        (total.ResetsSent, total.ResetsReceived) = (total.ResetsReceived, total.ResetsSent);
        (total.SourceHealth, total.DestinationHealth) = (total.DestinationHealth, total.SourceHealth);
        (flow.SourceRoundTrips, flow.DestinationRoundTrips) = (
            flow.DestinationRoundTrips,
            flow.SourceRoundTrips
        );
        (flow.MssSent, flow.MssReceived) = (flow.MssReceived, flow.MssSent);
        (flow.SourceOwner, flow.DestinationOwner) = (flow.DestinationOwner, flow.SourceOwner);
        (flow.SourceSocket, flow.DestinationSocket) = (flow.DestinationSocket, flow.SourceSocket);
        flow.FirstReset = flow.FirstReset switch
        {
            FlowEnd.Source => FlowEnd.Destination,
            FlowEnd.Destination => FlowEnd.Source,
            _ => FlowEnd.None,
        };
        flow.Drops = flow.Drops?.Swapped();
        flow.FirstByteUs = 0; // its question was an answer
    }

    public static FlowEventKind KindOf(RecordReason reason) =>
        reason switch
        {
            RecordReason.Open => FlowEventKind.Open,
            RecordReason.Close => FlowEventKind.Close,
            RecordReason.End => FlowEventKind.End,
            _ => FlowEventKind.Update,
        };

    private static FlowEndpoint Endpoint(in FlowRecord record, int end) =>
        new(new NetworkAddress(record.Key.Address[end]), record.Key.Port[end], Interface(in record, end));

    private static int Interface(in FlowRecord record, int end) =>
        ObservationPoint.InterfaceIndex(record.State.Observer[end]);

    private static Traffic Traffic(in FlowRecord record, int end) =>
        new() { Packets = (long)record.Traffic.Packets[end], Bytes = (long)record.Traffic.Bytes[end] };

    private static EndHealth Health(in FlowRecord record, int end)
    {
        ref readonly var events = ref record.Events;
        var health = new EndHealth
        {
            ZeroWindowNs = (long)events.ZeroWindowNs[end],
            FastRetransmits = events.FastRetransmits[end],
            TimeoutRetransmits = events.TimeoutRetransmits[end],
            SpuriousRetransmits = events.SpuriousRetransmits[end],
            OutOfOrder = events.OutOfOrder[end],
            DuplicateAcks = events.DuplicateAcks[end],
            Gaps = events.Gaps[end],
            WindowFull = events.WindowFull[end],
        };
        ref readonly var roundTrips = ref record.RoundTrips;
        if (HasRoundTrips(in roundTrips))
        {
            health.RoundTripSumUs = roundTrips.SumUs[end];
            foreach (var count in roundTrips.Buckets[end])
            {
                health.RoundTrips += count;
            }
        }

        return health;
    }

    private static bool HasRoundTrips(in FlowRoundTrips roundTrips) =>
        MemoryMarshal
            .Cast<Pair<RoundTripBuckets>, ulong>(
                new ReadOnlySpan<Pair<RoundTripBuckets>>(in roundTrips.Buckets)
            )
            .ContainsAnyExcept(0ul);

    private static RoundTripExtremes Extremes(in FlowRecord record, int end) =>
        new(record.Extremes.MinUs[end], record.Extremes.MaxUs[end]);

    private static FlowEnd FirstReset(in Flow flow, ushort sent, ushort received) =>
        ((flow.TcpFlagsSent | flow.TcpFlagsReceived) & Rst, sent & Rst, received & Rst) switch
        {
            (0, not 0, 0) => FlowEnd.Source,
            (0, 0, not 0) => FlowEnd.Destination,
            _ => flow.FirstReset,
        };

    private static FlowState StateOf(in FlowRecord record) =>
        record.State.TcpState switch
        {
            FlowTcpState.SynSent => FlowState.SynSent,
            FlowTcpState.SynReceived => FlowState.SynReceived,
            FlowTcpState.Established => FlowState.Established,
            FlowTcpState.Closing => FlowState.Closing,
            FlowTcpState.Closed => FlowState.Closed,
            FlowTcpState.Reset => FlowState.Reset,
            _ => (record.State.Flags & FlowFlags.Replied) != FlowFlags.None
                ? FlowState.Replied
                : FlowState.Unreplied,
        };

    // The kernel's times count from the flow's first packet, which need not have been the SYN.
    private static void ReadHandshake(in FlowHandshake handshake, ref Flow flow)
    {
        // Who asks and who answers is known for certain only where the SYN was seen.
        if (flow.InitiatorCertain && handshake is { RequestUs: not 0, ResponseUs: not 0 })
        {
            flow.FirstByteUs = Difference(handshake.ResponseUs, handshake.RequestUs);
        }

        if (handshake.SynAckUs == 0 || (flow.TcpFlagsReceived & SynAck) != SynAck)
        {
            return;
        }

        var acknowledged = handshake.AckUs != 0;
        if (acknowledged)
        {
            flow.SynAckToAckUs = Difference(handshake.AckUs, handshake.SynAckUs);
        }

        if ((flow.TcpFlagsSent & Syn) != 0)
        {
            // Of several SYNs the one that was answered is taken to be the last before the answer.
            var retried = handshake.SynUs != 0 && handshake.SynUs < handshake.SynAckUs;
            flow.SynToSynAckUs = retried ? handshake.SynAckUs - handshake.SynUs : handshake.SynAckUs;
            flow.ConnectUs = handshake.AckUs;
        }
    }

    private static uint Difference(uint later, uint earlier) => later > earlier ? later - earlier : 1;
}
