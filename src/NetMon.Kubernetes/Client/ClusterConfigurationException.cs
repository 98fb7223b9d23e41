namespace NetMon.Kubernetes.Client;

/// <summary>The access to the cluster is configured wrongly. The message names the file and the key or context.</summary>
public sealed class ClusterConfigurationException : Exception
{
    public ClusterConfigurationException()
        : this("the access to the cluster is configured wrongly") { }

    public ClusterConfigurationException(string message)
        : base(message) { }

    public ClusterConfigurationException(string message, Exception inner)
        : base(message, inner) { }
}
