using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NetMon.Lab.ApiServer.Security;

/// <summary>A certificate authority that lives as long as the process, and what it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;

    public TestAuthority()
    {
        // Certificates go by the real clock, whatever clock the objects go by.
        _from = DateTimeOffset.UtcNow.AddMinutes(-5);
        _until = _from.AddYears(1);
        var request = new CertificateRequest("CN=kubernetes", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(
                X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature,
                true
            )
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(_from, _until);
    }

    public string CertificatePem => _certificate.ExportCertificatePem();

    public X509Certificate2 SignServer(IEnumerable<string> names)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase))
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

        var (certificate, key) = Sign("CN=kube-apiserver", ServerUse, alternatives.Build());
        using (key)
        using (certificate)
        {
            return certificate.CopyWithPrivateKey(key);
        }
    }

    /// <param name="user">The common name.</param>
    /// <param name="groups">Organizations.</param>
    public (string CertificatePem, string KeyPem) SignClient(string user, params IEnumerable<string> groups)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(user);
        foreach (var group in groups)
        {
            name.AddOrganizationName(group);
        }

        var (certificate, key) = Sign(name.Build().Name, ClientUse, null);
        using (key)
        using (certificate)
        {
            return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        }
    }

    /// <returns>The user whom a client certificate names; null if this authority did not sign it.</returns>
    public string? Verify(X509Certificate2 client)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientUse);
        return chain.Build(client) ? client.GetNameInfo(X509NameType.SimpleName, false) : null;
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private (X509Certificate2 Certificate, ECDsa Key) Sign(
        string subject,
        Oid use,
        X509Extension? alternatives
    )
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true)
        );
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([use], false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false)
        );
        if (alternatives is not null)
        {
            request.CertificateExtensions.Add(alternatives);
        }

        return (request.Create(_certificate, _from, _until, RandomNumberGenerator.GetBytes(16)), key);
    }
}
