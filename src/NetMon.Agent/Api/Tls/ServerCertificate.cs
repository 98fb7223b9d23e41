using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NetMon.Agent.Api.Tls;

/// <summary>The agent's certificate, ready for handshakes.</summary>
internal sealed record ServerCertificate(SslStreamCertificateContext Context, DateTimeOffset Expiry)
{
    /// <exception cref="CryptographicException">It is no certificate, or the key is not its own.</exception>
    public static ServerCertificate Load(string certificate, string key)
    {
        var own = X509Certificate2.CreateFromPem(certificate, key);
        var others = new X509Certificate2Collection();
        others.ImportFromPem(certificate);
        // The first is our own; what follows are those between it and its root.
        others.RemoveAt(0);
        return new ServerCertificate(
            SslStreamCertificateContext.Create(own, others, offline: true),
            new DateTimeOffset(own.NotAfter.ToUniversalTime())
        );
    }
}
