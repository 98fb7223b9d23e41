using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NetMon.Kubernetes.Tests;

/// <summary>A certificate authority, and what it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name = "test authority", TestAuthority? parent = null)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: true,
                hasPathLengthConstraint: false,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true)
        );
        var subject = new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false);
        request.CertificateExtensions.Add(subject);
        if (parent is null)
        {
            _certificate = request.CreateSelfSigned(From, Until.AddDays(2));
        }
        else
        {
            // Well within its parent's time, and what it signs within its own, however many seconds pass between.
            using var signed = parent.Sign(request);
            _certificate = signed.CopyWithPrivateKey(_key);
        }
    }

    public string Pem => _certificate.ExportCertificatePem() + "\n";

    private static DateTimeOffset From => DateTimeOffset.UtcNow.AddDays(-1);

    private static DateTimeOffset Until => DateTimeOffset.UtcNow.AddDays(1);

    /// <summary>A server's certificate for names and addresses.</summary>
    public X509Certificate2 SignServer(params string[] names) =>
        SignServer(From.AddMinutes(1), Until.AddMinutes(-1), names);

    public X509Certificate2 SignServer(DateTimeOffset from, DateTimeOffset until, params string[] names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        return Sign("CN=server", "1.3.6.1.5.5.7.3.1", from, until, alternatives.Build());
    }

    /// <summary>A client's certificate and key, in PEM.</summary>
    public (string Certificate, string Key) SignClient(string user)
    {
        using var signed = Sign(
            $"CN={user}",
            "1.3.6.1.5.5.7.3.2",
            From.AddMinutes(1),
            Until.AddMinutes(-1),
            null
        );
        using var key = signed.GetECDsaPrivateKey()!;
        return (signed.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Sign(
        string subject,
        string usage,
        DateTimeOffset from,
        DateTimeOffset until,
        X509Extension? names
    )
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false)
        );
        if (names is not null)
        {
            request.CertificateExtensions.Add(names);
        }

        using var signed = request.Create(_certificate, from, until, RandomNumberGenerator.GetBytes(12));
        using var own = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
    }

    private X509Certificate2 Sign(CertificateRequest request) =>
        request.Create(
            _certificate,
            From.AddMinutes(1),
            Until.AddDays(1),
            RandomNumberGenerator.GetBytes(12)
        );
}
