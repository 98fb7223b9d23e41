using NetMon.Agent.Options;
using NetMon.Core.Networks;

namespace NetMon.Configuration;

/// <summary>The settings of section kubernetes.</summary>
internal static class KubernetesSettings
{
    private const int MaxNetworks = 4096;
    private const int MaxRate = 1_000_000;

    private static readonly ValueFormat<KubernetesMode> Mode = ValueFormats.Word(
        ("auto", KubernetesMode.Auto),
        ("on", KubernetesMode.On),
        ("off", KubernetesMode.Off)
    );

    private static readonly ValueFormat<Cidr> Network = new(
        "CIDR",
        text =>
            Cidr.TryParse(text, out var network)
                ? network
                : new Problem($"'{text}' is not a network such as 10.244.0.0/16 or 2001:db8::/32"),
        value => value.ToString()
    );

    private static readonly ValueFormat<string> File = ValueFormats.Text("file", 4096);
    private static readonly ValueFormat<string> Name = ValueFormats.Text("name", 253);

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<KubernetesMode>(
            "kubernetes.mode",
            "--kubernetes",
            Mode,
            o => o.Kubernetes.Mode,
            (o, value) => o.Kubernetes.Mode = value,
            "whether there is a cluster to ask for names; auto is on in a pod, and where a kubeconfig is named"
        )
        {
            Meaning =
                "Whether there is a cluster to ask for names. `auto`: in a pod with its service account, else with the kubeconfig that `kubernetes.kubeconfig` or the variable `KUBECONFIG` names, else without a cluster. `on`: the same, then `~/.kube/config`; an error where there is none. `off`: without. An access that is configured wrongly is an error; an API server that does not answer is none.",
        },
        new Setting<string>(
            "kubernetes.kubeconfig",
            "--kubeconfig",
            File,
            o => o.Kubernetes.Kubeconfig,
            (o, value) => o.Kubernetes.Kubeconfig = value,
            "kubeconfig with the access to the cluster"
        )
        {
            Meaning = "A kubeconfig. Stronger than the service account.",
        },
        new Setting<string>(
            "kubernetes.context",
            "--context",
            Name,
            o => o.Kubernetes.Context,
            (o, value) => o.Kubernetes.Context = value,
            "context of the kubeconfig"
        )
        {
            Meaning = "Its context; if empty, the current one.",
        },
        new Setting<string>(
            "kubernetes.node_name",
            "--node-name",
            Name,
            o => o.Kubernetes.NodeName,
            (o, value) => o.Kubernetes.NodeName = value,
            "name of the node that this is, if neither NODE_NAME nor its addresses tell"
        )
        {
            Meaning =
                "Name of the node that the agent runs on. If empty: the variable `NODE_NAME`, else the node that has one of this host's addresses, else the host's name.",
        },
        new ListSetting<Cidr>(
            "kubernetes.pod_cidrs",
            "--pod-cidr",
            Network,
            MaxNetworks,
            o => o.Kubernetes.PodCidrs,
            (o, value) => o.Kubernetes.PodCidrs = value,
            "network of pods, where the nodes publish none"
        )
        {
            Meaning =
                "Networks of pods, beside those that the nodes publish: an address in one is a pod's even when no pod is known to have it.",
        },
        new ListSetting<Cidr>(
            "kubernetes.node_cidrs",
            "--node-cidr",
            Network,
            MaxNetworks,
            o => o.Kubernetes.NodeCidrs,
            (o, value) => o.Kubernetes.NodeCidrs = value,
            "network of nodes, for addresses that no node publishes"
        )
        {
            Meaning = "Networks of nodes: an address in one that no node publishes is a node's.",
        },
        new Setting<TimeSpan>(
            "kubernetes.attribution_wait",
            "--attribution-wait",
            ValueFormats.Duration(TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            o => o.Kubernetes.AttributionWait,
            (o, value) => o.Kubernetes.AttributionWait = value,
            "how long a flow may wait for its pods and its service's backend to be known"
        )
        {
            IsLive = true,
            Meaning =
                "How long a flow may wait until its pods, and the backend of its service, are known; then it goes out with what is known, and `netmon_attribution_total{result=\"timeout\"}` counts it. From `0ms` to `1m`.",
        },
        new Setting<int>(
            "kubernetes.conntrack_rate",
            "--conntrack-rate",
            ValueFormats.Whole("number", 1, MaxRate),
            o => o.Kubernetes.ConntrackRate,
            (o, value) => o.Kubernetes.ConntrackRate = value,
            "questions to connection tracking, per second"
        )
        {
            IsLive = true,
            Meaning = "Questions to the kernel's connection tracking, per second. At the limit flows wait.",
        },
        new Setting<TimeSpan>(
            "kubernetes.resync",
            "--resync",
            ValueFormats.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromHours(24)),
            o => o.Kubernetes.Resync,
            (o, value) => o.Kubernetes.Resync = value,
            "time between two lists of all objects of the cluster"
        )
        {
            Meaning =
                "Time between two lists of all objects, a tenth more or less: a watch can miss changes. From `1m` to `24h`.",
        },
    ];
}
