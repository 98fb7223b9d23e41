using NetMon.Lab.ApiServer;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;
using NetMon.Lab.Proxy;

namespace NetMon.Lab.Cluster;

/// <summary>What a cluster starts with.</summary>
public sealed record LabOptions
{
    public NetworkMode Mode { get; init; } = NetworkMode.Flannel;

    public ProxyMode Proxy { get; init; } = ProxyMode.Nftables;

    public int Nodes { get; init; } = 3;

    public CgroupDriver Cgroups { get; init; } = CgroupDriver.Systemd;

    /// <summary>What the test API server is like; where it listens is the cluster's business.</summary>
    public ApiVersion ApiVersion { get; init; } = ApiVersion.V132;

    /// <summary>Offloads of the machines' and pods' interfaces. Off, no packet anywhere is larger than the MTU, so that captures are what a wire would carry.</summary>
    public bool Offloads { get; init; } = true;

    /// <summary>Arguments of every agent.</summary>
    public IReadOnlyList<string> AgentArguments { get; init; } = [];

    /// <summary>Between two scrapes.</summary>
    public TimeSpan ScrapeInterval { get; init; } = TimeSpan.FromSeconds(1);
}
