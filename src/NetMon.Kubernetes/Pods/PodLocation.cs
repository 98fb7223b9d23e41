namespace NetMon.Kubernetes.Pods;

/// <summary>A running pod, and where it runs.</summary>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Node">The node's name.</param>
/// <param name="Port">The port of its API.</param>
/// <param name="IsReady">It says so itself.</param>
/// <param name="IsTls">Its API speaks TLS.</param>
public sealed record PodLocation(
    string Namespace,
    string Name,
    string Node,
    int Port,
    bool IsReady,
    bool IsTls
)
{
    public override string ToString() => $"{Namespace}/{Name} on {Node}";
}
