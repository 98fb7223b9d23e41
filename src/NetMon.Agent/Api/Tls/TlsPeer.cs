using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;

namespace NetMon.Agent.Api.Tls;

/// <summary>The other end of a TLS connection, as a feature of it.</summary>
/// <param name="Certificate">What it showed; null: nothing.</param>
/// <param name="Problem">Why that is not to be trusted; null: it is.</param>
internal sealed record TlsPeer(X509Certificate2? Certificate, string? Problem);

/// <summary>Tells the server that a connection is TLS.</summary>
internal sealed class TlsConnection(X509Certificate2? certificate) : ITlsConnectionFeature
{
    public X509Certificate2? ClientCertificate { get; set; } = certificate;

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(ClientCertificate);
}
