using System.Buffers.Binary;
using System.Runtime.InteropServices;
using static NetMon.Bpf.Netlink.NetlinkProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>Ports on which local sockets wait for others: TCP sockets that listen, UDP sockets that are not connected.</summary>
public sealed class ListeningPorts
{
    private readonly ulong[] _tcp = new ulong[1024];
    private readonly ulong[] _udp = new ulong[1024];

    /// <param name="protocol">IP protocol number; others than TCP (6) and UDP (17) listen nowhere.</param>
    /// <param name="port">Host byte order.</param>
    public bool Contains(byte protocol, ushort port)
    {
        var ports = PortsOf(protocol);
        return ports is not null && (ports[port >> 6] & (1ul << (port & 63))) != 0;
    }

    internal void Add(byte protocol, ushort port) => PortsOf(protocol)![port >> 6] |= 1ul << (port & 63);

    private ulong[]? PortsOf(byte protocol) =>
        protocol switch
        {
            ListeningSockets.Tcp => _tcp,
            ListeningSockets.Udp => _udp,
            _ => null,
        };
}

/// <summary>Asks the kernel which ports of this network namespace are listened on (sock_diag(7)).</summary>
/// <remarks>
/// A UDP client that does not connect its socket looks like a server: where both ends of a flow listen, this tells nothing.
/// </remarks>
public sealed class ListeningSockets : IDisposable
{
    internal const byte Tcp = 6;
    internal const byte Udp = 17;
    private const ushort SOCK_DIAG_BY_FAMILY = 20;

    /// <summary>Bits by state (net/tcp_states.h); an unconnected UDP socket is in state TCP_CLOSE.</summary>
    private const uint Listening = 1 << 10;
    private const uint Closed = 1 << 7;

    private readonly NetlinkSocket _socket;

    /// <summary>Opens the socket in the network namespace of the calling thread.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ListeningSockets() => _socket = NetlinkSocket.Open(NETLINK_SOCK_DIAG);

    /// <exception cref="BpfException">The kernel refused, or has no sock_diag.</exception>
    public ListeningPorts Read()
    {
        var ports = new ListeningPorts();
        Collect(ports, RouteProtocol.AF_INET, Tcp, Listening);
        Collect(ports, RouteProtocol.AF_INET6, Tcp, Listening);
        Collect(ports, RouteProtocol.AF_INET, Udp, Closed);
        Collect(ports, RouteProtocol.AF_INET6, Udp, Closed);
        return ports;
    }

    public void Dispose() => _socket.Dispose();

    private void Collect(ListeningPorts ports, byte family, byte protocol, uint states)
    {
        var request = new NetlinkWriter(
            stackalloc byte[NetlinkWriter.MaxBytes],
            SOCK_DIAG_BY_FAMILY,
            NLM_F_DUMP
        );
        request.Append(
            new SocketDiagnosticsRequest
            {
                Family = family,
                Protocol = protocol,
                States = states,
            }
        );
        var collector = new Collector(ports, protocol);
        _socket.Dump(in request, ref collector, "list the listening sockets");
    }

    /// <summary>struct inet_diag_req_v2 (linux/inet_diag.h).</summary>
    [StructLayout(LayoutKind.Sequential, Size = 56)]
    private struct SocketDiagnosticsRequest
    {
        public byte Family;
        public byte Protocol;
        public byte Extensions;
        public byte Padding;
        public uint States;
    }

    /// <summary>Adds a socket's port.</summary>
    /// <returns>False for anything that is not whole.</returns>
    /// <remarks>
    /// struct inet_diag_msg (linux/inet_diag.h); ports in network order:
    /// <code>
    ///  0        1       2       3         4             6                  8
    ///  | family | state | timer | retries | source port | destination port | addresses, ...
    /// </code>
    /// </remarks>
    internal static bool TryAdd(ListeningPorts ports, byte protocol, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 8)
        {
            return false;
        }

        ports.Add(protocol, BinaryPrimitives.ReadUInt16BigEndian(payload[4..]));
        return true;
    }

    private readonly struct Collector(ListeningPorts ports, byte protocol) : INetlinkVisitor
    {
        public void OnMessage(in NetlinkMessage message)
        {
            if (message.Type == SOCK_DIAG_BY_FAMILY)
            {
                _ = TryAdd(ports, protocol, message.Payload);
            }
        }
    }
}
