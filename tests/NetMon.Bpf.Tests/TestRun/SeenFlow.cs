using System.Net;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.Reference;

namespace NetMon.Bpf.Tests.TestRun;

/// <summary>Packets and IP bytes.</summary>
internal readonly record struct Amount(long Packets, long Bytes)
{
    public static Amount operator +(Amount left, Amount right) =>
        new(left.Packets + right.Packets, left.Bytes + right.Bytes);
}

/// <summary>One flow as its records tell it: the sum of their counts, and what the last one held.</summary>
internal sealed class SeenFlow(FlowKey key)
{
    private readonly Amount[] _traffic = new Amount[2];
    private readonly SeenRoundTrips[] _roundTrips = [new(), new()];
    private FlowEvents _events;

    public FlowKey Key { get; } = key;
    public FlowStateRecord State { get; private set; }
    public FlowHandshake Handshake { get; private set; }
    public List<RecordReason> Reasons { get; } = [];

    /// <summary>The rate that each record said.</summary>
    public List<uint> Rates { get; } = [];

    /// <summary>Both ends' traffic, each record's times its rate.</summary>
    public Amount Scaled { get; private set; }

    /// <summary>Which end of the key is the initiator.</summary>
    public int Source => State.Flags.HasFlag(FlowFlags.Initiator1) ? 1 : 0;
    public int Destination => 1 - Source;

    public Amount Sent => _traffic[Source];
    public Amount Received => _traffic[Destination];
    public Amount Total => _traffic[0] + _traffic[1];

    public Amount By(int end) => _traffic[end];

    public int FlagsSent => State.TcpFlags[Source];
    public int FlagsReceived => State.TcpFlags[Destination];
    public (uint Segments, ulong Bytes) RetransmitsSent => Retransmits(Source);
    public (uint Segments, ulong Bytes) RetransmitsReceived => Retransmits(Destination);
    public uint ZeroWindowsSent => _events.ZeroWindows[Source];
    public uint ZeroWindowsReceived => _events.ZeroWindows[Destination];
    public uint ResetsSent => _events.Resets[Source];
    public uint ResetsReceived => _events.Resets[Destination];

    /// <summary>Sum over the records.</summary>
    public FlowEvents Events => _events;

    /// <summary>Between the observation point and the end.</summary>
    public SeenRoundTrips RoundTrips(int end) => _roundTrips[end];

    public uint SynRetries => _events.SynRetries;
    public uint IcmpErrors => _events.IcmpErrors;
    public bool Overlay => State.Flags.HasFlag(FlowFlags.Overlay);
    public bool SynSeen => State.Flags.HasFlag(FlowFlags.SynSeen);

    /// <summary>The responder sent a packet of its own; an ICMP error is none.</summary>
    public bool Replied => State.Flags.HasFlag(FlowFlags.Replied);
    public bool Refused => State.Flags.HasFlag(FlowFlags.Refused);

    public IPAddress Address(int end)
    {
        var ends = Key;
        var address = new IPAddress(ends.Address[end]);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    public End End(int end) => new(Address(end), Key.Port[end]);

    /// <summary>"PROTOCOL SOURCE PORT > DESTINATION PORT", protocol by number: what most assertions compare.</summary>
    public override string ToString() =>
        $"{Key.Protocol} {Address(Source)} {Key.Port[Source]} > {Address(Destination)} {Key.Port[Destination]}";

    public void Add(in FlowRecord record)
    {
        for (var end = 0; end < 2; end++)
        {
            _traffic[end] += new Amount((long)record.Traffic.Packets[end], (long)record.Traffic.Bytes[end]);
            Scaled += new Amount(
                (long)(record.Traffic.Packets[end] * record.SamplingRate),
                (long)(record.Traffic.Bytes[end] * record.SamplingRate)
            );
            _events.RetransmittedBytes[end] += record.Events.RetransmittedBytes[end];
            _events.ZeroWindowNs[end] += record.Events.ZeroWindowNs[end];
            _events.Retransmits[end] += record.Events.Retransmits[end];
            _events.FastRetransmits[end] += record.Events.FastRetransmits[end];
            _events.TimeoutRetransmits[end] += record.Events.TimeoutRetransmits[end];
            _events.SpuriousRetransmits[end] += record.Events.SpuriousRetransmits[end];
            _events.OutOfOrder[end] += record.Events.OutOfOrder[end];
            _events.DuplicateAcks[end] += record.Events.DuplicateAcks[end];
            _events.Gaps[end] += record.Events.Gaps[end];
            _events.ZeroWindows[end] += record.Events.ZeroWindows[end];
            _events.WindowFull[end] += record.Events.WindowFull[end];
            _events.Resets[end] += record.Events.Resets[end];
            _roundTrips[end].Add(record.RoundTrips, record.Extremes, end);
        }

        _events.SynRetries += record.Events.SynRetries;
        _events.IcmpErrors += record.Events.IcmpErrors;
        State = record.State;
        Handshake = record.Handshake;
        Reasons.Add(record.Reason);
        Rates.Add(record.SamplingRate);
    }

    public (uint Segments, ulong Bytes) Retransmits(int end) =>
        (_events.Retransmits[end], _events.RetransmittedBytes[end]);
}
