using System.Text;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;

namespace NetMon.Lab.Proxy;

/// <summary>
/// As kube-proxy in its nftables mode: one table per family, verdict maps from addresses to a chain per service port, and from there
/// to a chain per backend.
/// </summary>
internal sealed class NftablesRules : IProxyRules
{
    public void Apply(LabNode node, IReadOnlyList<ServiceRule> services)
    {
        var script = Write(node, services, v6: false) + Write(node, services, v6: true);
        Command.Feed(script, "nsenter", $"--net={node.Namespace.Path}", "nft", "-f", "-");
    }

    private static string Write(LabNode node, IReadOnlyList<ServiceRule> services, bool v6)
    {
        var family = v6 ? "ip6" : "ip";
        var mine = services.Where(service => service.V6 == v6).ToArray();
        var reachable = mine.Where(service => service.Backends.Count > 0).ToArray();
        var rejected = mine.Where(service => service.Backends.Count == 0).ToArray();
        var chains = new StringBuilder();
        foreach (var service in reachable)
        {
            AddService(chains, service, node, family);
        }

        return $$"""
            add table {{family}} kube-proxy
            delete table {{family}} kube-proxy
            table {{family}} kube-proxy {
                set nodeport-ips {
                    type {{(v6 ? "ipv6_addr" : "ipv4_addr")}}
                    elements = { {{(v6 ? node.V6 : node.V4)}} }
                }
            {{Map("service-ips", AddressType(v6), Addresses(reachable))}}
            {{Map("service-nodeports", "inet_proto . inet_service", Ports(reachable))}}
            {{Map(
                "no-endpoint-services",
                AddressType(v6),
                rejected.SelectMany(service => AllAddresses(service).Select(key => $"{key} : goto reject-chain"))
            )}}
            {{Map(
                "no-endpoint-nodeports",
                "inet_proto . inet_service",
                rejected.Where(service => service.NodePort > 0).Select(service => $"{service.Protocol} . {service.NodePort} : goto reject-chain")
            )}}
                chain mark-for-masquerade {
                    meta mark set meta mark | 0x4000
                }
                chain masquerading {
                    meta mark & 0x4000 == 0 return
                    meta mark set meta mark ^ 0x4000
                    masquerade fully-random
                }
                chain reject-chain {
                    reject
                }
            {{chains}}
                chain services {
                    {{family}} daddr . meta l4proto . th dport vmap @service-ips
                    {{family}} daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
                }
                chain service-endpoints-check {
                    {{family}} daddr . meta l4proto . th dport vmap @no-endpoint-services
                    {{family}} daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports
                }
                chain filter-input {
                    type filter hook input priority filter;
                    ct state new jump service-endpoints-check
                }
                chain filter-forward {
                    type filter hook forward priority filter;
                    ct state new jump service-endpoints-check
                }
                chain filter-output {
                    type filter hook output priority filter;
                    ct state new jump service-endpoints-check
                }
                chain nat-prerouting {
                    type nat hook prerouting priority dstnat;
                    jump services
                }
                chain nat-output {
                    type nat hook output priority -100;
                    jump services
                }
                chain nat-postrouting {
                    type nat hook postrouting priority srcnat;
                    jump masquerading
                }
            }

            """;
    }

    private static void AddService(StringBuilder to, ServiceRule service, LabNode node, string family)
    {
        var pods = family == "ip" ? AddressPlan.PodsV4 : AddressPlan.PodsV6;
        foreach (var backend in service.Backends)
        {
            // A backend that is its own client has to see an answer come from elsewhere.
            AddChain(
                to,
                Endpoint(service, backend),
                $"{family} saddr {backend.Address} jump mark-for-masquerade",
                $"meta l4proto {service.Protocol} dnat to {backend}"
            );
        }

        AddChain(
            to,
            $"service-{service.Hash}",
            $"{family} daddr {service.ClusterIp} {service.Protocol} dport {service.Port} {family} saddr != {pods} jump mark-for-masquerade",
            Choose(service, service.Backends)
        );
        if (service.Local)
        {
            var local = service.BackendsOn(node).ToArray();
            AddChain(
                to,
                $"external-{service.Hash}",
                $"{family} saddr {pods} goto service-{service.Hash}",
                "fib saddr type local jump mark-for-masquerade",
                $"fib saddr type local goto service-{service.Hash}",
                local.Length > 0 ? Choose(service, local) : "drop"
            );
        }
        else
        {
            AddChain(
                to,
                $"external-{service.Hash}",
                "jump mark-for-masquerade",
                $"goto service-{service.Hash}"
            );
        }
    }

    private static void AddChain(StringBuilder to, string name, params string[] rules)
    {
        to.AppendLine($"    chain {name} {{");
        foreach (var rule in rules)
        {
            to.AppendLine($"        {rule}");
        }

        to.AppendLine("    }");
    }

    private static string Choose(ServiceRule service, IReadOnlyList<Backend> backends) =>
        $"numgen random mod {backends.Count} vmap {{ {string.Join(", ", backends.Select((each, at) => $"{at} : goto {Endpoint(service, each)}"))} }}";

    private static string Endpoint(ServiceRule service, Backend backend) =>
        $"endpoint-{service.HashOfBackend(backend)}";

    private static IEnumerable<string> Addresses(IEnumerable<ServiceRule> services) =>
        services.SelectMany(service =>
            service
                .PublicIps.Select(ip => $"{Key(service, ip)} : goto external-{service.Hash}")
                .Prepend($"{Key(service, service.ClusterIp)} : goto service-{service.Hash}")
        );

    private static IEnumerable<string> Ports(IEnumerable<ServiceRule> services) =>
        services
            .Where(service => service.NodePort > 0)
            .Select(service => $"{service.Protocol} . {service.NodePort} : goto external-{service.Hash}");

    private static IEnumerable<string> AllAddresses(ServiceRule service) =>
        service.PublicIps.Prepend(service.ClusterIp).Select(ip => Key(service, ip));

    private static string Key(ServiceRule service, System.Net.IPAddress ip) =>
        $"{ip} . {service.Protocol} . {service.Port}";

    private static string AddressType(bool v6) =>
        $"{(v6 ? "ipv6_addr" : "ipv4_addr")} . inet_proto . inet_service";

    // An empty list of elements is a syntax error.
    private static string Map(string name, string type, IEnumerable<string> elements)
    {
        var all = string.Join(",\n            ", elements);
        return $$"""
                map {{name}} {
                    type {{type}} : verdict
                    {{(all.Length > 0 ? $"elements = {{ {all} }}" : "")}}
                }
            """;
    }
}
