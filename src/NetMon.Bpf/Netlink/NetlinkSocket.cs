using System.Runtime.InteropServices;
using System.Text;
using NetMon.Bpf.Interop;
using static NetMon.Bpf.Netlink.NetlinkProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>Takes the messages of a dump.</summary>
internal interface INetlinkVisitor
{
    void OnMessage(in NetlinkMessage message);
}

internal enum ReceiveOutcome
{
    Data,

    /// <summary>Nothing is waiting.</summary>
    Empty,

    /// <summary>The kernel had no room for an event, or an event was longer than our buffer: some are lost.</summary>
    Overrun,
}

/// <summary>A netlink socket, in the network namespace of the thread that opens it. One thread only.</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    /// <summary>The kernel's dumps use 32 KiB at most; an event of a link stays far below.</summary>
    private const int BufferBytes = 64 * 1024;
    private const int SO_RCVTIMEO = 20;

    /// <summary>struct sockaddr_nl: family 2, padding 2, port 4 (0 is the kernel), groups 4.</summary>
    private const int AddressBytes = 12;

    private readonly FileDescriptor _descriptor;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private uint _sequence;

    private NetlinkSocket(FileDescriptor descriptor) => _descriptor = descriptor;

    public FileDescriptor Descriptor => _descriptor;

    /// <summary>The kernel takes the fields of a request for a list as a filter; else it ignores them.</summary>
    public bool FiltersDumps { get; private set; }

    /// <param name="protocol">NETLINK_ROUTE and so on.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static NetlinkSocket Open(int protocol)
    {
        var socket = new NetlinkSocket(
            Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol)
        );
        if (socket._descriptor.IsInvalid)
        {
            throw new BpfException("open a netlink socket", Libc.LastError, "");
        }

        socket.Bind();

        // Better errors and filtered dumps, where the kernel has them.
        _ = socket.Set(SOL_NETLINK, NETLINK_EXT_ACK, 1);
        _ = socket.Set(SOL_NETLINK, NETLINK_CAP_ACK, 1);
        socket.FiltersDumps = socket.Set(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
        socket.LimitWaiting();
        return socket;
    }

    /// <summary>Receives the events of a multicast group from now on.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Join(int group)
    {
        if (!Set(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group))
        {
            throw new BpfException("listen to netlink events", Libc.LastError, "");
        }
    }

    /// <summary>Receives the groups' events of every namespace that has a number in the socket's own.</summary>
    /// <returns>0, or errno: EPERM without CAP_NET_BROADCAST.</returns>
    public int ListenToAllNamespaces() => Set(SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, 1) ? 0 : Libc.LastError;

    /// <summary>Room for events that wait; beyond the system's limit only with CAP_NET_ADMIN.</summary>
    public void SetReceiveBuffer(int bytes)
    {
        if (!Set(Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, bytes))
        {
            _ = Set(Libc.SOL_SOCKET, Libc.SO_RCVBUF, bytes);
        }
    }

    /// <summary>Takes a datagram of events, if one is waiting.</summary>
    /// <param name="datagram">Valid until the next call.</param>
    /// <exception cref="BpfException">The socket is broken.</exception>
    public ReceiveOutcome TryReceive(out ReadOnlySpan<byte> datagram)
    {
        var length = Receive(Libc.MSG_DONTWAIT);
        datagram = default;
        if (length >= 0)
        {
            if (length > _buffer.Length)
            {
                return ReceiveOutcome.Overrun;
            }

            datagram = _buffer.AsSpan(0, length);
            return ReceiveOutcome.Data;
        }

        return Libc.LastError switch
        {
            Errno.EAGAIN => ReceiveOutcome.Empty,
            Errno.ENOBUFS => ReceiveOutcome.Overrun,
            var error => throw new BpfException("receive netlink events", error, ""),
        };
    }

    /// <summary>Sends a request that changes or asks for one thing, and waits for the acknowledgement.</summary>
    /// <param name="request">Written with NLM_F_ACK.</param>
    /// <param name="visitor">Takes what comes before the acknowledgement.</param>
    /// <param name="detail">What the kernel says about an error; may be empty.</param>
    /// <returns>0, or errno.</returns>
    /// <exception cref="BpfException">There is no answer.</exception>
    public int Request<T>(in NetlinkWriter request, ref T visitor, out string detail)
        where T : INetlinkVisitor => Converse(request, ref visitor, out detail, out _);

    /// <summary>Sends a request for a list.</summary>
    /// <param name="request">Written with NLM_F_DUMP.</param>
    /// <param name="visitor">Takes the messages of the list.</param>
    /// <param name="operation">What the list is for: the words of the exception.</param>
    /// <returns>Whether the list is consistent; if not, something changed while the kernel wrote it.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Dump<T>(in NetlinkWriter request, ref T visitor, string operation)
        where T : INetlinkVisitor
    {
        var error = Converse(request, ref visitor, out var detail, out var consistent);
        return error == 0 ? consistent : throw new BpfException(operation, error, detail);
    }

    /// <summary>The same, for a list that may well be refused.</summary>
    /// <param name="request">Written with NLM_F_DUMP.</param>
    /// <param name="visitor">Takes the messages of the list.</param>
    /// <param name="consistent">Whether nothing changed while the kernel wrote it.</param>
    /// <returns>0, or errno.</returns>
    /// <exception cref="BpfException">There is no answer.</exception>
    public int TryDump<T>(in NetlinkWriter request, ref T visitor, out bool consistent)
        where T : INetlinkVisitor => Converse(request, ref visitor, out _, out consistent);

    public void Dispose() => _descriptor.Dispose();

    private int Converse<T>(in NetlinkWriter request, ref T visitor, out string detail, out bool consistent)
        where T : INetlinkVisitor
    {
        consistent = true;
        detail = "";
        var sequence = ++_sequence;
        if (Libc.Send(_descriptor, request.Finish(sequence)) < 0)
        {
            throw new BpfException("send a netlink request", Libc.LastError, "");
        }

        while (true)
        {
            var length = Receive(0);
            if (length < 0 || length > _buffer.Length)
            {
                var error = length < 0 ? Libc.LastError : 0;
                throw new BpfException("receive a netlink answer", error, "");
            }

            var messages = new NetlinkMessageReader(_buffer.AsSpan(0, length));
            while (messages.TryRead(out var message))
            {
                if (message.Sequence != sequence)
                {
                    continue;
                }

                consistent &= (message.Flags & NLM_F_DUMP_INTR) == 0;
                if (message.Type is NLMSG_ERROR or NLMSG_DONE)
                {
                    return ReadError(message, out detail);
                }

                visitor.OnMessage(in message);
            }
        }
    }

    /// <summary>
    /// NLMSG_ERROR: negative errno (4 bytes), header of the request, its payload unless capped, attributes. NLMSG_DONE: the
    /// number alone, if anything.
    /// </summary>
    private static int ReadError(in NetlinkMessage message, out string detail)
    {
        detail = "";
        var payload = message.Payload;
        if (payload.Length < sizeof(int))
        {
            return 0;
        }

        var error = -MemoryMarshal.Read<int>(payload);
        var request = sizeof(int) + NetlinkMessageReader.HeaderBytes;
        if (
            message.Type != NLMSG_ERROR
            || (message.Flags & NLM_F_ACK_TLVS) == 0
            || (message.Flags & NLM_F_CAPPED) == 0
            || payload.Length < request
        )
        {
            return error;
        }

        var attributes = new NetlinkAttributeReader(payload[request..]);
        while (attributes.TryRead(out var type, out var value))
        {
            if (type == NLMSGERR_ATTR_MSG)
            {
                detail = Encoding.UTF8.GetString(NetlinkEncoding.Text(value));
            }
        }

        return error;
    }

    /// <returns>Bytes of a datagram of the kernel's; -1 with errno. Other processes' datagrams are ignored.</returns>
    private int Receive(int flags)
    {
        Span<byte> sender = stackalloc byte[AddressBytes];
        while (true)
        {
            var length = Libc.Receive(
                _descriptor,
                _buffer,
                flags | Libc.MSG_TRUNC,
                sender,
                out var senderLength
            );
            if (length < 0 || (senderLength == AddressBytes && MemoryMarshal.Read<uint>(sender[4..]) == 0))
            {
                return length;
            }
        }
    }

    /// <summary>Gives the socket a port: the kernel sends no events to one that has none, as port 0 is its own.</summary>
    private void Bind()
    {
        Span<byte> address = stackalloc byte[AddressBytes];
        address.Clear();
        MemoryMarshal.Write(address, (ushort)Libc.AF_NETLINK);
        fixed (byte* start = address)
        {
            if (Libc.bind(_descriptor, start, AddressBytes) != 0)
            {
                throw new BpfException("bind a netlink socket", Libc.LastError, "");
            }
        }
    }

    /// <summary>The kernel answers while the request is being sent: 10 s without an answer mean that none will come.</summary>
    private void LimitWaiting()
    {
        var limit = new TimeSpec { Seconds = 10 };
        _ = Libc.setsockopt(_descriptor, Libc.SOL_SOCKET, SO_RCVTIMEO, &limit, (uint)sizeof(TimeSpec));
    }

    private bool Set(int level, int option, int value) =>
        Libc.setsockopt(_descriptor, level, option, &value, sizeof(int)) == 0;
}
