using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NetMon.Kubernetes.Client;

/// <summary>A client certificate with its key, in PEM. Files are read again for each connection, since their owner renews them.</summary>
internal sealed class ClientCertificate(PemSource certificate, PemSource key) : ICertificateSource
{
    private readonly Lock _gate = new();
    private (string Certificate, string Key) _loaded;
    private SslStreamCertificateContext? _context;

    public ValueTask<SslStreamCertificateContext?> CertificateAsync(CancellationToken cancellation)
    {
        lock (_gate)
        {
            try
            {
                var texts = (certificate.Read(), key.Read());
                if (_context is null || texts != _loaded)
                {
                    _context = Load(texts.Item1, texts.Item2);
                    _loaded = texts;
                }
            }
            catch (Exception error)
                when (error is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new ApiException(
                    ErrorReasons.Credential,
                    $"client certificate {certificate.Origin}, key {key.Origin}: {error.Message}",
                    error
                );
            }

            return new ValueTask<SslStreamCertificateContext?>(_context);
        }
    }

    /// <exception cref="CryptographicException">It is no certificate, or the key is not its own.</exception>
    public static SslStreamCertificateContext Load(string certificate, string key)
    {
        var own = X509Certificate2.CreateFromPem(certificate, key);
        var others = new X509Certificate2Collection();
        others.ImportFromPem(certificate);
        // The first is our own; what follows are those between it and its root.
        others.RemoveAt(0);
        return SslStreamCertificateContext.Create(own, others, offline: true);
    }
}
