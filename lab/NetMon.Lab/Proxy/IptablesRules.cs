using System.Text;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;

namespace NetMon.Lab.Proxy;

/// <summary>As kube-proxy in its iptables mode: chains of the tables nat and filter, with kube-proxy's names.</summary>
internal sealed class IptablesRules : IProxyRules
{
    // Debian's default writes nftables; kernels without nf_tables' compatibility have the older interface.
    private static readonly string[] Backends = ["nft", "legacy"];
    private static string? _works;

    public void Apply(LabNode node, IReadOnlyList<ServiceRule> services)
    {
        Restore(node, "iptables", Write(node, services, v6: false));
        Restore(node, "ip6tables", Write(node, services, v6: true));
    }

    private static void Restore(LabNode node, string program, string rules)
    {
        InvalidOperationException? failure = null;
        foreach (var backend in _works is { } known ? [known] : Backends)
        {
            try
            {
                Command.Feed(
                    rules,
                    "nsenter",
                    $"--net={node.Namespace.Path}",
                    $"{program}-{backend}-restore",
                    "-w"
                );
                _works = backend;
                return;
            }
            catch (InvalidOperationException e)
            {
                failure = e;
            }
        }

        throw new LabException($"no {program} works here: {failure!.Message}", failure);
    }

    private static string Write(LabNode node, IReadOnlyList<ServiceRule> services, bool v6)
    {
        var mine = services.Where(service => service.V6 == v6).ToArray();
        var chains = new StringBuilder();
        var rules = new StringBuilder();
        var nodePorts = new StringBuilder();
        var rejects = new StringBuilder();
        foreach (var service in mine)
        {
            if (service.Backends.Count == 0)
            {
                AddReject(rejects, service);
                continue;
            }

            if (service.Local && !service.BackendsOn(node).Any())
            {
                AddDrop(rejects, service);
            }

            AddEntries(rules, nodePorts, service);
            AddChains(chains, rules, service, node, v6 ? AddressPlan.PodsV6 : AddressPlan.PodsV4);
        }

        return $"""
            *filter
            :KUBE-SERVICES - [0:0]
            :KUBE-EXTERNAL-SERVICES - [0:0]
            :KUBE-FORWARD - [0:0]
            -A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
            -A FORWARD -j KUBE-FORWARD
            -A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
            -A FORWARD -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
            -A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES
            -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
            -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            {rejects}COMMIT
            *nat
            :KUBE-SERVICES - [0:0]
            :KUBE-NODEPORTS - [0:0]
            :KUBE-POSTROUTING - [0:0]
            :KUBE-MARK-MASQ - [0:0]
            {chains}-A PREROUTING -j KUBE-SERVICES
            -A OUTPUT -j KUBE-SERVICES
            -A POSTROUTING -j KUBE-POSTROUTING
            -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
            -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
            -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
            -A KUBE-POSTROUTING -j MASQUERADE --random-fully
            {rules}-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
            {nodePorts}COMMIT

            """;
    }

    private static void AddEntries(StringBuilder rules, StringBuilder nodePorts, ServiceRule service)
    {
        rules.AppendLine(
            $"-A KUBE-SERVICES -d {service.ClusterIp} {Port(service)} -j KUBE-SVC-{service.Hash}"
        );
        foreach (var ip in service.PublicIps)
        {
            rules.AppendLine($"-A KUBE-SERVICES -d {ip} {Port(service)} -j KUBE-EXT-{service.Hash}");
        }

        if (service.NodePort > 0)
        {
            nodePorts.AppendLine(
                $"-A KUBE-NODEPORTS -p {service.Protocol} --dport {service.NodePort} -j KUBE-EXT-{service.Hash}"
            );
        }
    }

    private static void AddChains(
        StringBuilder chains,
        StringBuilder rules,
        ServiceRule service,
        LabNode node,
        string pods
    )
    {
        var (all, external, local) = (
            $"KUBE-SVC-{service.Hash}",
            $"KUBE-EXT-{service.Hash}",
            $"KUBE-SVL-{service.Hash}"
        );
        chains.AppendLine($":{all} - [0:0]").AppendLine($":{external} - [0:0]");
        foreach (var backend in service.Backends)
        {
            var endpoint = Endpoint(service, backend);
            chains.AppendLine($":{endpoint} - [0:0]");
            rules
                .AppendLine($"-A {endpoint} -s {backend.Address} -j KUBE-MARK-MASQ")
                .AppendLine($"-A {endpoint} -p {service.Protocol} -j DNAT --to-destination {backend}");
        }

        rules.AppendLine($"-A {all} ! -s {pods} -d {service.ClusterIp} {Port(service)} -j KUBE-MARK-MASQ");
        Choose(rules, all, service, service.Backends);
        if (!service.Local)
        {
            rules.AppendLine($"-A {external} -j KUBE-MARK-MASQ").AppendLine($"-A {external} -j {all}");
            return;
        }

        chains.AppendLine($":{local} - [0:0]");
        rules
            .AppendLine($"-A {external} -s {pods} -j {all}")
            .AppendLine($"-A {external} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ")
            .AppendLine($"-A {external} -m addrtype --src-type LOCAL -j {all}")
            .AppendLine($"-A {external} -j {local}");
        Choose(rules, local, service, [.. service.BackendsOn(node)]);
    }

    // Each rule takes its share of what those before it left.
    private static void Choose(
        StringBuilder rules,
        string chain,
        ServiceRule service,
        IReadOnlyList<Backend> backends
    )
    {
        for (var i = 0; i < backends.Count; i++)
        {
            var left = backends.Count - i;
            var share = left > 1 ? $"-m statistic --mode random --probability {1.0 / left:F10} " : "";
            rules.AppendLine($"-A {chain} {share}-j {Endpoint(service, backends[i])}");
        }
    }

    private static void AddReject(StringBuilder rejects, ServiceRule service)
    {
        rejects.AppendLine($"-A KUBE-SERVICES -d {service.ClusterIp} {Port(service)} -j REJECT");
        foreach (var ip in service.PublicIps)
        {
            rejects.AppendLine($"-A KUBE-EXTERNAL-SERVICES -d {ip} {Port(service)} -j REJECT");
        }

        if (service.NodePort > 0)
        {
            rejects.AppendLine(
                $"-A KUBE-EXTERNAL-SERVICES -p {service.Protocol} -m addrtype --dst-type LOCAL --dport {service.NodePort} -j REJECT"
            );
        }
    }

    private static void AddDrop(StringBuilder drops, ServiceRule service)
    {
        foreach (var ip in service.PublicIps)
        {
            drops.AppendLine($"-A KUBE-EXTERNAL-SERVICES -d {ip} {Port(service)} -j DROP");
        }

        if (service.NodePort > 0)
        {
            drops.AppendLine(
                $"-A KUBE-EXTERNAL-SERVICES -p {service.Protocol} -m addrtype --dst-type LOCAL --dport {service.NodePort} -j DROP"
            );
        }
    }

    private static string Port(ServiceRule service) => $"-p {service.Protocol} --dport {service.Port}";

    private static string Endpoint(ServiceRule service, Backend backend) =>
        $"KUBE-SEP-{service.HashOfBackend(backend)}";
}
