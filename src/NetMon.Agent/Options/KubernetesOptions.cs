using NetMon.Core.Networks;

namespace NetMon.Agent.Options;

/// <summary>Where the agent learns whose addresses are whose.</summary>
public sealed class KubernetesOptions
{
    /// <summary>Whether there is a cluster to ask.</summary>
    public KubernetesMode Mode { get; set; } = KubernetesMode.Auto;

    /// <summary>Path of a kubeconfig file; empty: the files that the environment variable KUBECONFIG names, if any.</summary>
    public string Kubeconfig { get; set; } = "";

    /// <summary>Context of the kubeconfig; empty: its current one.</summary>
    public string Context { get; set; } = "";

    /// <summary>
    /// Name of the node that the agent runs on; empty: the environment variable NODE_NAME, else the node that has one of this host's
    /// addresses, else the host's name.
    /// </summary>
    public string NodeName { get; set; } = "";

    /// <summary>Networks of pods, for clusters whose nodes publish none.</summary>
    public IReadOnlyList<Cidr> PodCidrs { get; set; } = [];

    /// <summary>Networks of nodes: an address in one is a node's even when no node is known to have it.</summary>
    public IReadOnlyList<Cidr> NodeCidrs { get; set; } = [];

    /// <summary>How long a flow may wait for the pod, or the backend of the service, at its ends to be known.</summary>
    public TimeSpan AttributionWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Questions to the kernel's connection tracking, per second.</summary>
    public int ConntrackRate { get; set; } = 5000;

    /// <summary>Between two lists of all objects, on average: watches can miss changes.</summary>
    public TimeSpan Resync { get; set; } = TimeSpan.FromMinutes(30);
}

public enum KubernetesMode
{
    /// <summary>In a pod: its service account; else a kubeconfig that is named; else without a cluster.</summary>
    Auto,

    /// <summary>As <see cref="Auto"/>, but an error where there is neither.</summary>
    On,

    /// <summary>Without a cluster.</summary>
    Off,
}
