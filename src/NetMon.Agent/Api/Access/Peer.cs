using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace NetMon.Agent.Api.Access;

/// <summary>The other end of a connection, by its address; nothing that a request says counts.</summary>
internal static class Peer
{
    /// <summary>
    /// Whether the peer is a process of this machine: it comes from a loopback address, or from the very address that it asks. The kernel takes no packet
    /// with such a source from outside, and an answer to one would not leave the machine.
    /// </summary>
    public static bool IsThisHost(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { } remote
        && (IPAddress.IsLoopback(remote) || remote.Equals(connection.LocalIpAddress));

    /// <summary>Whom limits are for: an IPv4 address, or the /64 that one machine of IPv6 has for itself; null: the socket.</summary>
    public static IPAddress? ClientOf(EndPoint? remote)
    {
        if (remote is not IPEndPoint { Address: var address })
        {
            return null;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0);
        return new IPAddress(bytes);
    }

    /// <summary>
    /// Whether a request names this machine as a program does, and not by a name that somebody else's DNS gave it: so no page in a
    /// browser on this machine reads the answer (DNS rebinding).
    /// </summary>
    public static bool IsAskedDirectly(HostString host)
    {
        var name = host.Host.Trim('[', ']');
        return name.Length == 0
            || !name.Contains('.', StringComparison.Ordinal)
            || IPAddress.TryParse(name, out _)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || name.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase);
    }
}
