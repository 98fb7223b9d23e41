using System.Collections.Frozen;
using NetMon.Core.Flows;

namespace NetMon.Core.Endpoints;

/// <summary>Finds the application protocol of flows; allocates nothing.</summary>
public static class AppProtocols
{
    private const int LongestWord = 32;

    /// <summary>Ports that servers of one protocol have and hardly others; those that anything may have (8000, 9000) are left out. IANA's names.</summary>
    private static readonly (byte Protocol, ushort Port, string Word)[] WellKnown =
    [
        (IpProtocol.Tcp, 21, "ftp"),
        (IpProtocol.Tcp, 22, "ssh"),
        (IpProtocol.Tcp, 25, "smtp"),
        (IpProtocol.Tcp, 53, "dns"),
        (IpProtocol.Udp, 53, "dns"),
        (IpProtocol.Udp, 67, "dhcp"),
        (IpProtocol.Tcp, 80, "http"),
        (IpProtocol.Tcp, 110, "pop3"),
        (IpProtocol.Udp, 123, "ntp"),
        (IpProtocol.Tcp, 143, "imap"),
        (IpProtocol.Udp, 161, "snmp"),
        (IpProtocol.Tcp, 179, "bgp"),
        (IpProtocol.Tcp, 389, "ldap"),
        (IpProtocol.Tcp, 443, "https"),
        (IpProtocol.Udp, 443, "quic"),
        (IpProtocol.Tcp, 445, "smb"),
        (IpProtocol.Udp, 514, "syslog"),
        (IpProtocol.Tcp, 587, "smtp"),
        (IpProtocol.Tcp, 636, "ldaps"),
        (IpProtocol.Tcp, 853, "dot"),
        (IpProtocol.Tcp, 993, "imaps"),
        (IpProtocol.Tcp, 995, "pop3s"),
        (IpProtocol.Tcp, 1433, "mssql"),
        (IpProtocol.Tcp, 1521, "oracle"),
        (IpProtocol.Tcp, 1883, "mqtt"),
        (IpProtocol.Tcp, 2049, "nfs"),
        (IpProtocol.Tcp, 2379, "etcd"),
        (IpProtocol.Tcp, 2380, "etcd"),
        (IpProtocol.Tcp, 3306, "mysql"),
        (IpProtocol.Tcp, 3389, "rdp"),
        (IpProtocol.Udp, 4789, "vxlan"),
        (IpProtocol.Tcp, 4222, "nats"),
        (IpProtocol.Udp, 5353, "mdns"),
        (IpProtocol.Tcp, 5432, "postgresql"),
        (IpProtocol.Tcp, 5671, "amqps"),
        (IpProtocol.Tcp, 5672, "amqp"),
        (IpProtocol.Tcp, 6379, "redis"),
        (IpProtocol.Tcp, 6443, "https"),
        (IpProtocol.Udp, 8472, "vxlan"),
        (IpProtocol.Tcp, 8883, "mqtts"),
        (IpProtocol.Tcp, 9042, "cassandra"),
        (IpProtocol.Tcp, 9092, "kafka"),
        (IpProtocol.Tcp, 9200, "elasticsearch"),
        (IpProtocol.Tcp, 10250, "https"),
        (IpProtocol.Tcp, 11211, "memcached"),
        (IpProtocol.Tcp, 27017, "mongodb"),
        (IpProtocol.Udp, 51820, "wireguard"),
    ];

    private static readonly FrozenDictionary<int, AppProtocol> ByPort = WellKnown.ToFrozenDictionary(
        known => Key(known.Protocol, known.Port),
        known => new AppProtocol(known.Word, AppProtocolBasis.Port)
    );

    /// <summary>Words that the name of a service's port may be, or begin with before a dash: <c>grpc</c>, <c>http-metrics</c>.</summary>
    private static readonly FrozenSet<string> Names = WellKnown
        .Select(known => known.Word)
        .Concat(["http2", "h2c", "grpc", "grpc-web", "ws", "wss", "tls", "mongo", "postgres"])
        .ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> NamesBySpan =
        Names.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <returns>Null if nothing tells.</returns>
    public static AppProtocol? Find(in Flow flow)
    {
        if (!IpProtocol.HasPorts(flow.Protocol))
        {
            return null;
        }

        ref readonly var ends = ref flow.Attribution;
        if (ends.Service is { } service)
        {
            return service.AppProtocol
                ?? OfPort(flow.Protocol, service.Port)
                ?? OfPort(flow.Protocol, flow.Destination.Port);
        }

        return (ends.Asked.IsUnspecified ? null : OfPort(flow.Protocol, ends.AskedPort))
            ?? OfPort(flow.Protocol, flow.Destination.Port);
    }

    /// <summary>What a service says of its port.</summary>
    /// <param name="appProtocol">The port's appProtocol (Kubernetes: IANA's name, <c>kubernetes.io/h2c</c>, or a name with a prefix of its own); empty if it has none.</param>
    /// <param name="portName">The port's name; empty if it has none.</param>
    /// <returns>Null if it says nothing that is known.</returns>
    public static AppProtocol? OfService(string appProtocol, string portName)
    {
        ArgumentNullException.ThrowIfNull(appProtocol);
        ArgumentNullException.ThrowIfNull(portName);
        var word = appProtocol[(appProtocol.LastIndexOf('/') + 1)..].ToLowerInvariant();
        if (
            word.Length is > 0 and <= LongestWord
            && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        )
        {
            return new(word, AppProtocolBasis.Service);
        }

        var name = portName.AsSpan();
        while (!name.IsEmpty)
        {
            if (NamesBySpan.TryGetValue(name, out var known))
            {
                return new(known, AppProtocolBasis.Service);
            }

            name = name[..Math.Max(name.LastIndexOf('-'), 0)];
        }

        return null;
    }

    private static AppProtocol? OfPort(byte protocol, ushort port) =>
        ByPort.GetValueOrDefault(Key(protocol, port));

    private static int Key(byte protocol, ushort port) => (protocol << 16) | port;
}
