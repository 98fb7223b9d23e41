using System.Text;

namespace NetMon.Kubernetes.Client;

/// <summary>A token or password that a kubeconfig holds, or nothing.</summary>
internal sealed class FixedAuthorization(string? value) : IAuthorizationSource
{
    public static FixedAuthorization None { get; } = new(null);

    public static FixedAuthorization OfToken(string token) => new("Bearer " + token);

    /// <summary>RFC 7617.</summary>
    public static FixedAuthorization OfPassword(string user, string password) =>
        new("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public ValueTask<string?> AuthorizationAsync(CancellationToken cancellation) => new(value);

    public void Reject(string? refused)
    {
        // There is no other.
    }
}
