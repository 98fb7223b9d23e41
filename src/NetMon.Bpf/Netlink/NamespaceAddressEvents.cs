using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using static NetMon.Bpf.Netlink.NetlinkProtocol;
using static NetMon.Bpf.Netlink.RouteProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>Takes events of other network namespaces.</summary>
public interface INamespaceAddressObserver
{
    /// <summary>An interface got an address, or lost one.</summary>
    /// <param name="namespaceId">The kernel's number for the namespace.</param>
    /// <param name="ifindex">The interface, by its number there.</param>
    void AddressChanged(int namespaceId, int ifindex);
}

/// <summary>Hears of address changes in every network namespace that has a number in that of the thread that opened this.</summary>
/// <remarks>
/// NETLINK_LISTEN_ALL_NSID (net/netlink/af_netlink.c, do_one_broadcast): the namespace's number comes as ancillary data. The kernel gives a namespace
/// its number when it first names it, as in the event of a veth whose peer is there; what changed before that is to be asked for.
/// One thread, but for <see cref="Wake"/>.
/// </remarks>
public sealed class NamespaceAddressEvents : IDisposable
{
    private const int ReceiveBufferBytes = 4 * 1024 * 1024;
    private const int Slots = 16;
    private const int EventBytes = 4096;

    /// <summary>Of one <see cref="Receive"/>: then the caller may do something about the events.</summary>
    private const int MaxReceives = 64;

    /// <summary>struct cmsghdr: length 8, level 4, type 4; then the number, padded to 8.</summary>
    private const int ControlHeaderBytes = 16;
    private const int ControlBytes = 64;

    private readonly NetlinkSocket _socket;
    private readonly DatagramBatch _events = new(Slots, EventBytes, ControlBytes);
    private readonly Event _wake = new();

    private NamespaceAddressEvents(NetlinkSocket socket, string? refusal)
    {
        _socket = socket;
        Refusal = refusal;
    }

    /// <summary>Why there will be no events, for the user; null if there will.</summary>
    public string? Refusal { get; }

    /// <summary>Opens a socket in the network namespace of the calling thread.</summary>
    /// <exception cref="BpfException">There is no socket to be had.</exception>
    public static NamespaceAddressEvents Open()
    {
        var socket = NetlinkSocket.Open(NETLINK_ROUTE);
        var error = socket.ListenToAllNamespaces();
        if (error != 0)
        {
            return new(
                socket,
                $"{Marshal.GetPInvokeErrorMessage(error)} (errno {error}); this needs CAP_NET_BROADCAST"
            );
        }

        socket.SetReceiveBuffer(ReceiveBufferBytes);
        socket.Join(RTNLGRP_IPV4_IFADDR);
        socket.Join(RTNLGRP_IPV6_IFADDR);
        return new(socket, refusal: null);
    }

    /// <summary>Waits for events, or for <see cref="Wake"/>.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void Wait(TimeSpan timeout) => Waiting.ForData(_socket.Descriptor, _wake, timeout, out _);

    /// <summary>Ends a <see cref="Wait"/>, now or the next one. From any thread.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Hands out events that wait; others may be left for the next time.</summary>
    /// <returns>False if some were lost: every address is then in doubt.</returns>
    public bool Receive<T>(ref T observer)
        where T : INamespaceAddressObserver
    {
        var complete = true;
        for (var i = 0; i < MaxReceives; i++)
        {
            var error = _events.Receive(_socket.Descriptor);
            if (error is not (0 or Errno.ENOBUFS))
            {
                return complete;
            }

            complete &= error == 0;

            for (var slot = 0; slot < _events.Count; slot++)
            {
                var datagram = _events.Datagram(slot, out var cut);
                complete &= !cut;
                if (TryReadNamespace(_events.Control(slot), out var namespaceId))
                {
                    Tell(datagram, namespaceId, ref observer);
                }
            }
        }

        return complete;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _wake.Dispose();
    }

    /// <returns>False for events of the own namespace, which has no number.</returns>
    internal static bool TryReadNamespace(ReadOnlySpan<byte> control, out int namespaceId)
    {
        namespaceId = 0;
        while (control.Length >= ControlHeaderBytes)
        {
            var length = MemoryMarshal.Read<ulong>(control);
            if (length < ControlHeaderBytes || length > (ulong)control.Length)
            {
                return false;
            }

            if (
                MemoryMarshal.Read<int>(control[8..]) == SOL_NETLINK
                && MemoryMarshal.Read<int>(control[12..]) == NETLINK_LISTEN_ALL_NSID
            )
            {
                return NetlinkEncoding.TryReadNumber(
                    control[ControlHeaderBytes..(int)length],
                    out namespaceId
                );
            }

            control = control[Math.Min(((int)length + 7) & ~7, control.Length)..];
        }

        return false;
    }

    private static void Tell<T>(ReadOnlySpan<byte> datagram, int namespaceId, ref T observer)
        where T : INamespaceAddressObserver
    {
        var messages = new NetlinkMessageReader(datagram);
        while (messages.TryRead(out var message))
        {
            if (
                message.Type is RTM_NEWADDR or RTM_DELADDR
                && AddressMessage.TryParse(message.Payload, out var address)
            )
            {
                observer.AddressChanged(namespaceId, address.Index);
            }
        }
    }
}
