namespace NetMon.Lab.Network;

/// <summary>How pods are joined to their node, and nodes' pods to one another.</summary>
public enum NetworkMode
{
    /// <summary>As flannel: a bridge on each node, VXLAN between nodes.</summary>
    Flannel,

    /// <summary>As Calico without an overlay: a routed link for each pod, no bridge, routes between nodes.</summary>
    Calico,

    /// <summary>A bridge on each node, as kubenet has; routes between nodes.</summary>
    HostGateway,
}

public static class NetworkModes
{
    public static IReadOnlyList<NetworkMode> All { get; } =
    [NetworkMode.Flannel, NetworkMode.Calico, NetworkMode.HostGateway];

    /// <summary>The word that people type.</summary>
    public static string Word(this NetworkMode mode) =>
        mode switch
        {
            NetworkMode.Flannel => "flannel",
            NetworkMode.Calico => "calico",
            _ => "hostgw",
        };

    public static NetworkMode? Parse(string word) =>
        All.Cast<NetworkMode?>().FirstOrDefault(mode => mode!.Value.Word() == word);
}
