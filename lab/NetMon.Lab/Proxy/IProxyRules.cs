using NetMon.Lab.Network;

namespace NetMon.Lab.Proxy;

/// <summary>Which of kube-proxy's ways of writing its rules.</summary>
public enum ProxyMode
{
    Nftables,
    Iptables,
}

/// <summary>Makes a node translate services' addresses, by rules that mean what kube-proxy's mean.</summary>
public interface IProxyRules
{
    /// <summary>Replaces all rules, at once per address family.</summary>
    void Apply(LabNode node, IReadOnlyList<ServiceRule> services);
}
