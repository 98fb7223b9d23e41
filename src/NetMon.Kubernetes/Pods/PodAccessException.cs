namespace NetMon.Kubernetes.Pods;

/// <summary>A pod cannot be reached through the API server. The message says why, in one line.</summary>
/// <param name="message">Why.</param>
/// <param name="code">The API server's HTTP status code; 0 if it gave none.</param>
/// <param name="cause">What lies beneath.</param>
public sealed class PodAccessException(string message, int code, Exception? cause = null)
    : IOException(message, cause)
{
    /// <summary>The API server's HTTP status code; 0 if it gave none.</summary>
    public int Code { get; } = code;
}
