using System.Net.Security;

namespace NetMon.Kubernetes.Client;

/// <summary>Where the header <c>Authorization</c> comes from. Any thread.</summary>
internal interface IAuthorizationSource
{
    /// <summary>The header's value; null for none.</summary>
    /// <exception cref="ApiException">It cannot be had.</exception>
    ValueTask<string?> AuthorizationAsync(CancellationToken cancellation);

    /// <summary>The server answered 401 to a value: it is not to be given again where a better one can be had.</summary>
    void Reject(string? refused);
}

/// <summary>Where the client's certificate comes from; asked for each connection. Any thread.</summary>
internal interface ICertificateSource
{
    /// <summary>The certificate with its chain; null for none.</summary>
    /// <exception cref="ApiException">It cannot be had.</exception>
    ValueTask<SslStreamCertificateContext?> CertificateAsync(CancellationToken cancellation);
}
