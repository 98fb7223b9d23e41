using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Records;

/// <summary>A flow as the kernel would keep it, told from its initiator's view; makes the records that leave the kernel about it.</summary>
internal sealed class TestFlow
{
    private readonly int _initiator;
    private FlowStateRecord _state;
    private FlowHandshake _handshake;

    public TestFlow(string source, string destination, byte protocol = IpProtocol.Tcp, ulong? startNs = null)
    {
        // CLOCK_MONOTONIC: a flow of long ago would be taken for one that the kernel has forgotten.
        var start = startNs ?? (ulong)Stopwatch.GetTimestamp();
        var from = IPEndPoint.Parse(source);
        var to = IPEndPoint.Parse(destination);
        _initiator = Compare(from, to) <= 0 ? 0 : 1;
        Key.Protocol = protocol;
        Set(_initiator, from);
        Set(1 - _initiator, to);
        _state.FirstNs = start;
        _state.LastNs = start;
        _state.Flags = _initiator == 1 ? FlowFlags.Initiator1 : FlowFlags.None;
        ObservedAt(sent: 2 | FlowStateRecord.ObserverEgress, received: 2);
    }

    public FlowKey Key;

    public ref FlowStateRecord State => ref _state;

    public ref FlowHandshake Handshake => ref _handshake;

    /// <summary>The end of the key that is the initiator.</summary>
    public int Initiator => _initiator;

    public TestFlow ObservedAt(uint sent, uint received)
    {
        _state.Observer[_initiator] = sent;
        _state.Observer[1 - _initiator] = received;
        return this;
    }

    public TestFlow With(FlowFlags flags)
    {
        _state.Flags |= flags;
        return this;
    }

    public TestFlow WithFlags(ushort sent, ushort received)
    {
        _state.TcpFlags[_initiator] |= sent;
        _state.TcpFlags[1 - _initiator] |= received;
        return this;
    }

    /// <summary>A connection whose handshake was seen whole.</summary>
    public TestFlow Established(uint synAckUs = 100, uint ackUs = 150)
    {
        With(FlowFlags.SynSeen).WithFlags(0x12, 0x12);
        _state.TcpState = FlowTcpState.Established;
        _handshake.SynAckUs = synAckUs;
        _handshake.AckUs = ackUs;
        return this;
    }

    public FlowRecord Record(
        RecordReason reason,
        (ulong Packets, ulong Bytes) sent = default,
        (ulong Packets, ulong Bytes) received = default,
        ulong? timeNs = null
    )
    {
        _state.LastNs = Math.Max(_state.LastNs, timeNs ?? _state.LastNs);
        var record = new FlowRecord
        {
            Key = Key,
            TimeNs = timeNs ?? _state.LastNs,
            State = _state,
            Handshake = _handshake,
            Reason = reason,
        };
        record.Traffic.Packets[_initiator] = sent.Packets;
        record.Traffic.Bytes[_initiator] = sent.Bytes;
        record.Traffic.Packets[1 - _initiator] = received.Packets;
        record.Traffic.Bytes[1 - _initiator] = received.Bytes;
        return record;
    }

    private void Set(int end, IPEndPoint endpoint)
    {
        NetworkAddress.From(endpoint.Address).CopyTo(Key.Address[end]);
        Key.Port[end] = (ushort)endpoint.Port;
    }

    private static int Compare(IPEndPoint left, IPEndPoint right)
    {
        // As the kernel programs do: the words of the address as they are loaded.
        Span<byte> bytes = stackalloc byte[32];
        NetworkAddress.From(left.Address).CopyTo(bytes);
        NetworkAddress.From(right.Address).CopyTo(bytes[16..]);
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        var order = (words[0], words[1]).CompareTo((words[2], words[3]));
        return order != 0 ? order : left.Port.CompareTo(right.Port);
    }
}
