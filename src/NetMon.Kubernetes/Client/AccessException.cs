namespace NetMon.Kubernetes.Client;

/// <summary>The API server could not be asked.</summary>
public sealed class AccessException : Exception
{
    public AccessException()
        : this("the API server could not be asked") { }

    public AccessException(string message)
        : this(message, innerException: null) { }

    public AccessException(string message, Exception? innerException)
        : this(message, "", innerException) { }

    /// <param name="message">Why, in one line.</param>
    /// <param name="advice">What a person can do about it.</param>
    /// <param name="innerException">The cause.</param>
    public AccessException(string message, string advice, Exception? innerException)
        : base(message, innerException) => Advice = advice;

    /// <summary>What a person can do about it.</summary>
    public string Advice { get; }

    internal static AccessException Of(ApiException error) => new(error.Message, AdviceOf(error), error);

    private static string AdviceOf(ApiException error) =>
        (error.Code, error.Reason) switch
        {
            (401, _) =>
                "the credential is not known, or no longer: renew the token or certificate of the kubeconfig's user; in a pod see that the service account exists and its token is mounted",
            (403, _) =>
                "the credential is known and may not ask: bind the ClusterRole netmon-agent to it (deploy/manifests/cluster-role.yaml)",
            (not 0, _) => "look into the API server's own log and health (kubectl get --raw /readyz)",
            (_, ErrorReasons.Tls) =>
                "the server's certificate is not of the authority that the kubeconfig or service account names, has expired, or is for another name: see certificate-authority and server there",
            (_, ErrorReasons.Credential) =>
                "the credential cannot be had: see the files and the plugin that the kubeconfig's user names",
            (_, ErrorReasons.Timeout) =>
                "nothing came back: see what is between this node and that address (firewall, network policy, route), and that the address is right",
            (_, ErrorReasons.Connection) =>
                "see that the API server runs, that the address and port are right, and that nothing between refuses (network policy, proxy)",
            _ =>
                "see that this is the address of an API server, and what is between it and this node (proxy)",
        };
}
