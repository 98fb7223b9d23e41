using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Core.Endpoints;

/// <summary>A network outside of the cluster that has a name of its own.</summary>
public readonly record struct NamedNetwork(Cidr Network, string Name);

/// <summary>The world outside: the user's names for networks, and those of addresses that are no single host's. Never changes.</summary>
public sealed class NetworkNames
{
    /// <summary>IANA's special-purpose addresses (RFC 6890, RFC 4291), of which a packet on a wire tells no sender or receiver.</summary>
    private static readonly (string Network, string Name)[] Special =
    [
        ("224.0.0.0/4", "multicast"),
        ("ff00::/8", "multicast"),
        ("255.255.255.255", "broadcast"),
        ("169.254.0.0/16", "link-local"),
        ("fe80::/10", "link-local"),
        ("127.0.0.0/8", "loopback"),
        ("::1", "loopback"),
        ("0.0.0.0/8", "unspecified"),
        ("::", "unspecified"),
    ];

    private readonly CidrTable<Endpoint> _networks;

    /// <param name="networks">May be nested, and then the smallest counts; of equal ones the first.</param>
    public NetworkNames(IEnumerable<NamedNetwork> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        var endpoints = new Dictionary<string, Endpoint>(StringComparer.Ordinal);
        var table = new List<KeyValuePair<Cidr, Endpoint>>();
        foreach (var (network, name) in networks)
        {
            Add(network, name);
        }

        foreach (var (text, name) in Special)
        {
            Add(Cidr.Parse(text), name);
        }

        _networks = new CidrTable<Endpoint>(table);

        void Add(Cidr network, string name)
        {
            if (!endpoints.TryGetValue(name, out var endpoint))
            {
                endpoints.Add(name, endpoint = Endpoint.NamedExternal(name));
            }

            table.Add(new(network, endpoint));
        }
    }

    /// <summary>No names but those of special addresses.</summary>
    public static NetworkNames None { get; } = new([]);

    /// <summary>
    /// The network of an address: the user's name; else multicast, broadcast, link-local, loopback, unspecified; else <see cref="Endpoint.External"/>.
    /// Any thread; allocates nothing.
    /// </summary>
    public Endpoint Find(in NetworkAddress address) => _networks.Find(address) ?? Endpoint.External;
}
