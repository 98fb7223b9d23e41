using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using NetMon.Lab.ApiServer;

namespace NetMon.Lab.Tests.ApiServer;

/// <summary>An HTTP client that trusts the server's authority and no other, and checks the certificate's names.</summary>
internal sealed class TrustingClient : IDisposable
{
    private readonly X509Certificate2 _authority;

    public TrustingClient(KubeApiServer server, Version version, X509Certificate2? certificate = null)
    {
        _authority = X509Certificate2.CreateFromPem(server.CertificateAuthority);
        var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { _authority },
        };
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificates = [certificate];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }

        Http = new HttpClient(handler)
        {
            BaseAddress = server.Url,
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    public HttpClient Http { get; }

    public void Dispose()
    {
        Http.Dispose();
        _authority.Dispose();
    }
}
