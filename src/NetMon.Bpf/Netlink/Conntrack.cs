using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using static NetMon.Bpf.Netlink.NetlinkProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>Asks the kernel's connection tracking which addresses a connection was translated between. One thread only.</summary>
/// <remarks>
/// Connections of conntrack zone 0 alone, in the network namespace of the thread that opened it.
/// <code>
///   (1) up to 64 questions in one datagram, each with its sequence number
///   (2) the kernel answers them all while it takes the datagram (netfilter/nfnetlink.c): when send returns, the answers are there
///   (3) answers are matched by sequence number: a connection, or ENOENT; what has none was lost (no room, no memory)
/// </code>
/// </remarks>
public sealed class Conntrack : IDisposable
{
    /// <summary>Questions of one datagram.</summary>
    internal const int MaxBatch = 64;

    /// <summary>An answer has some 300 bytes, with helper, labels and security context below 1 KiB.</summary>
    private const int AnswerBytes = 2048;

    /// <summary>What waiting answers may take, with the kernel's own structures: 64 of a few KiB each.</summary>
    private const int ReceiveBufferBytes = 1024 * 1024;

    /// <summary>Of one exchange: answers, those that came late to the one before, and datagrams that other processes send us.</summary>
    private const int MaxReceives = 16;

    private readonly NetlinkSocket _socket;
    private readonly DatagramBatch _answers = new(MaxBatch, AnswerBytes);
    private readonly byte[] _questions = new byte[MaxBatch * ConntrackRequest.MaxBytes];

    /// <summary>By place in the datagram: which tuple it asks for, and whether it waits for its answer.</summary>
    private readonly int[] _asks = new int[MaxBatch];
    private readonly bool[] _waits = new bool[MaxBatch];
    private int _count;
    private int _length;
    private int _waiting;
    private int _refusal;
    private uint _sequence;

    private Conntrack(NetlinkSocket socket) => _socket = socket;

    /// <summary>Opens a socket in the network namespace of the calling thread.</summary>
    /// <exception cref="BpfException">The kernel has no nf_conntrack_netlink, or privileges are missing.</exception>
    public static Conntrack Open()
    {
        const string operation = "ask for tracked connections";
        NetlinkSocket socket;
        try
        {
            socket = NetlinkSocket.Open(NETLINK_NETFILTER);
        }
        catch (BpfException error)
        {
            throw new BpfException(operation, error.Error, "the kernel has no nfnetlink");
        }

        var conntrack = new Conntrack(socket);
        socket.SetReceiveBuffer(ReceiveBufferBytes);
        Span<TranslatedConnection> answer = stackalloc TranslatedConnection[1];
        conntrack.Find([default], answer);
        if (!answer[0].Unanswered)
        {
            return conntrack;
        }

        var refusal = conntrack._refusal;
        conntrack.Dispose();
        throw new BpfException(
            operation,
            refusal,
            refusal == Errno.EPERM ? "" : "the kernel has no nf_conntrack_netlink"
        );
    }

    /// <summary>Looks connections up. Never throws for what the kernel says, and never waits for it.</summary>
    /// <remarks>
    /// A connection is found by what either end sends, as it leaves that end: by the initiator's packets before translation, and
    /// by the responder's. What they look like after translation is in neither tuple: of A -> S translated to A -> B the first is A -> S, the
    /// second B -> A, so that packets A -> B seen behind the translation are asked for reversed.
    /// </remarks>
    /// <param name="asked">Any number; 64 share two system calls.</param>
    /// <param name="found">At least as many; the answers, in the same order.</param>
    /// <exception cref="ArgumentException"><paramref name="found"/> is too short.</exception>
    public void Find(ReadOnlySpan<ConnectionTuple> asked, Span<TranslatedConnection> found)
    {
        if (found.Length < asked.Length)
        {
            throw new ArgumentException("no room for every answer", nameof(found));
        }

        found = found[..asked.Length];
        found.Clear();
        for (var next = 0; next < asked.Length; )
        {
            next = Compose(asked, next); // (1)
            if (_count > 0)
            {
                Exchange(found);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Room for answers that wait: for tests that want too little of it.</summary>
    internal void SetReceiveBuffer(int bytes) => _socket.SetReceiveBuffer(bytes);

    /// <returns>The first tuple that is left for the next datagram.</returns>
    private int Compose(ReadOnlySpan<ConnectionTuple> asked, int next)
    {
        _count = 0;
        _length = 0;
        for (; next < asked.Length; next++)
        {
            ref readonly var tuple = ref asked[next];
            var isEcho = ConntrackRequest.IsEcho(in tuple);
            if (_count + (isEcho ? 2 : 1) > MaxBatch)
            {
                break;
            }

            if (!ConntrackRequest.CanAsk(in tuple))
            {
                continue;
            }

            Add(in tuple, next, reply: false);
            if (isEcho)
            {
                Add(in tuple, next, reply: true);
            }
        }

        return next;
    }

    private void Add(in ConnectionTuple tuple, int index, bool reply)
    {
        _asks[_count] = index;
        _waits[_count] = true;
        _length += ConntrackRequest.Write(
            _questions.AsSpan(_length),
            in tuple,
            reply,
            _sequence + (uint)_count
        );
        _count++;
    }

    // (2)
    private void Exchange(Span<TranslatedConnection> found)
    {
        _waiting = _count;
        if (Libc.Send(_socket.Descriptor, _questions.AsSpan(0, _length)) < 0)
        {
            _refusal = Libc.LastError;
        }
        else
        {
            for (var i = 0; i < MaxReceives && _waiting > 0; i++)
            {
                // After ENOBUFS what did find room is still there.
                var error = _answers.Receive(_socket.Descriptor);
                if (error is not (0 or Errno.ENOBUFS))
                {
                    break;
                }

                for (var slot = 0; slot < _answers.Count; slot++)
                {
                    Take(_answers.Datagram(slot, out _), found);
                }
            }
        }

        _sequence += (uint)_count;
        for (var i = 0; i < _count; i++)
        {
            ref var result = ref found[_asks[i]];
            result.Unanswered |= _waits[i] && !result.Found;
        }
    }

    // (3)
    private void Take(ReadOnlySpan<byte> datagram, Span<TranslatedConnection> found)
    {
        var messages = new NetlinkMessageReader(datagram);
        while (messages.TryRead(out var message))
        {
            var place = message.Sequence - _sequence;
            if (place >= (uint)_count || !_waits[place])
            {
                continue;
            }

            if (message.Type == NLMSG_ERROR)
            {
                var error = NetlinkEncoding.ErrorOf(in message);
                if (error != Errno.ENOENT)
                {
                    _refusal = error;
                    continue;
                }
            }
            else if (
                message.Type == ConntrackProtocol.IPCTNL_MSG_CT_NEW
                && ConntrackMessage.TryParse(message.Payload, out var original, out var reply)
            )
            {
                Found(ref found[_asks[place]], in original, in reply);
            }
            else
            {
                continue;
            }

            _waits[place] = false;
            _waiting--;
        }
    }

    /// <summary>Of an echo the request is asked for first, and goes before a reply that looks the same.</summary>
    private static void Found(
        ref TranslatedConnection result,
        in ConnectionTuple original,
        in ConnectionTuple reply
    )
    {
        if (!result.Found)
        {
            result.Found = true;
            result.Original = original;
            result.Reply = reply;
        }
    }
}
