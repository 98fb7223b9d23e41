using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NetMon.Agent.Tests.Api.Access;

/// <summary>An authority of a test, and PEM files of what it signs.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private long _serial = 1;

    public TestCertificates(string directory)
    {
        Directory = directory;
        var request = new CertificateRequest("CN=test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _authority = request.CreateSelfSigned(Now.AddDays(-2), Now.AddYears(1));
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
        WriteServer(TimeSpan.FromDays(30));
    }

    public string Directory { get; }

    public string AuthorityFile => Path.Combine(Directory, "ca.crt");

    public string CertificateFile => Path.Combine(Directory, "tls.crt");

    public string KeyFile => Path.Combine(Directory, "tls.key");

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    /// <summary>Writes a new certificate of 127.0.0.1 for the server.</summary>
    /// <returns>Its serial number.</returns>
    public string WriteServer(TimeSpan validFor)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        var (certificate, key) = Sign("CN=netmon", ServerUse, names.Build(), Now.AddDays(-1), Now + validFor);
        using (certificate)
        using (key)
        {
            File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
            File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
            return certificate.SerialNumber;
        }
    }

    public X509Certificate2 Client(string subject, bool expired = false)
    {
        var (certificate, key) = Sign(
            subject,
            ClientUse,
            null,
            Now.AddDays(-2),
            expired ? Now.AddDays(-1) : Now.AddDays(1)
        );
        using (certificate)
        using (key)
        {
            // A key that is only in memory cannot be used by the handshake on every platform.
            return X509CertificateLoader.LoadPkcs12(
                certificate.CopyWithPrivateKey(key).Export(X509ContentType.Pkcs12),
                null
            );
        }
    }

    /// <summary>As <see cref="Client"/>, into PEM files.</summary>
    public (string Certificate, string Key) WriteClient(string subject, string name)
    {
        var (certificate, key) = Sign(subject, ClientUse, null, Now.AddDays(-1), Now.AddDays(1));
        using (certificate)
        using (key)
        {
            var files = (Path.Combine(Directory, name + ".crt"), Path.Combine(Directory, name + ".key"));
            File.WriteAllText(files.Item1, certificate.ExportCertificatePem());
            File.WriteAllText(files.Item2, key.ExportPkcs8PrivateKeyPem());
            return files;
        }
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    private (X509Certificate2 Certificate, ECDsa Key) Sign(
        string subject,
        string use,
        X509Extension? names,
        DateTimeOffset from,
        DateTimeOffset until
    )
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        return (request.Create(_authority, from, until, BitConverter.GetBytes(_serial++)), key);
    }
}
