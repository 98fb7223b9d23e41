using System.Net;

namespace NetMon.Kubernetes.Client;

/// <summary>How the cluster's API server is reached, and as whom.</summary>
public sealed class ClusterConfiguration
{
    internal ClusterConfiguration(string source, Uri server, ServerTrust trust)
    {
        Source = source;
        Server = server;
        Trust = trust;
    }

    /// <summary>Where it comes from, for messages: <c>in-cluster</c>, or the context and file of a kubeconfig.</summary>
    public string Source { get; }

    /// <summary>The API server; a path is kept in front of the API's own.</summary>
    public Uri Server { get; }

    internal ServerTrust Trust { get; }

    internal IAuthorizationSource Authorization { get; init; } = FixedAuthorization.None;

    internal ICertificateSource? Certificate { get; init; }

    /// <summary>The name in the server's certificate, where it is not that of the URL.</summary>
    internal string? TlsServerName { get; init; }

    /// <summary>Null: connect directly.</summary>
    internal IWebProxy? Proxy { get; init; }

    /// <summary>Headers that each request has, as those of impersonation.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Looks for the access to a cluster, as <see cref="ClusterChoice"/> says. Null: there is no cluster.</summary>
    /// <exception cref="ClusterConfigurationException">It is configured and wrong, or required and not there.</exception>
    public static ClusterConfiguration? Find(ClusterChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        var inCluster = new InCluster(choice);
        if (choice.Kubeconfig is null && choice.Context is null && inCluster.IsThere)
        {
            return inCluster.Read();
        }

        var files = KubeconfigFiles.Of(choice);
        if (files is not null)
        {
            return Kubeconfig.Load(files).Resolve(choice);
        }

        return choice.IsRequired
            ? throw new ClusterConfigurationException(
                "no access to a cluster is configured: this is no pod with a service account, KUBECONFIG is not set, and there is no ~/.kube/config"
            )
            : null;
    }
}
