using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NetMon.Kubernetes.Client;

/// <summary>Whose word is taken for the server's identity: certificates of a file or configuration, else those of the system, or nobody's.</summary>
internal sealed class ServerTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly PemSource? _source;
    private readonly Lock _gate = new();
    private string? _loaded;
    private X509Certificate2Collection _anchors = [];

    /// <param name="source">Certificates to trust, in PEM; null: the system's.</param>
    /// <param name="isInsecure">Trust any server.</param>
    public ServerTrust(PemSource? source, bool isInsecure)
    {
        _source = source;
        IsInsecure = isInsecure;
    }

    public bool IsInsecure { get; }

    /// <summary>Reads the certificates, so that what is wrong with them shows before the first connection.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be read.</exception>
    /// <exception cref="CryptographicException">They are no certificates.</exception>
    public void Load() => TryReload();

    /// <summary>Checks a server's certificate.</summary>
    /// <param name="presented">What the server sent along with it.</param>
    /// <param name="host">The name or address that it must be made out for.</param>
    /// <returns>What is wrong; null if it is to be trusted.</returns>
    public string? Check(X509Certificate2? certificate, X509Chain? presented, string host)
    {
        if (IsInsecure)
        {
            return null;
        }

        if (certificate is null)
        {
            return "the server shows no certificate";
        }

        if (!certificate.MatchesHostname(host, allowWildcards: true, allowCommonName: false))
        {
            return $"the server's certificate ({certificate.Subject}) is not made out for {host}";
        }

        var wrong = CheckChain(certificate, presented);
        // The authority may have been renewed since.
        return wrong is not null && HasChanged() ? CheckChain(certificate, presented) : wrong;
    }

    private string? CheckChain(X509Certificate2 certificate, X509Chain? presented)
    {
        X509Certificate2Collection anchors;
        lock (_gate)
        {
            anchors = _anchors;
        }

        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (presented is not null)
        {
            policy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        }

        if (_source is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(anchors);
            policy.ExtraStore.AddRange(anchors);
        }

        if (chain.Build(certificate) || (_source is not null && EndsAtAnchor(chain, anchors)))
        {
            return null;
        }

        var reasons = chain.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct(StringComparer.Ordinal);
        return $"the server's certificate ({certificate.Subject}) is not trusted by {_source?.Origin ?? "the system's authorities"}: {string.Join("; ", reasons)}";
    }

    // An authority that is not its own issuer is good enough where it is named as one to trust, as it is for Go's clients.
    private static bool EndsAtAnchor(X509Chain chain, X509Certificate2Collection anchors)
    {
        const X509ChainStatusFlags Incomplete =
            X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;
        return chain.ChainStatus.All(status => (status.Status | Incomplete) == Incomplete)
            && chain.ChainElements.Any(element =>
                anchors.Any(anchor => anchor.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span))
            );
    }

    private bool HasChanged()
    {
        try
        {
            return TryReload();
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return false;
        }
    }

    private bool TryReload()
    {
        if (_source is null)
        {
            return false;
        }

        var text = _source.Read();
        lock (_gate)
        {
            if (text == _loaded)
            {
                return false;
            }

            var anchors = new X509Certificate2Collection();
            anchors.ImportFromPem(text);
            if (anchors.Count == 0)
            {
                throw new CryptographicException("it holds no certificate");
            }

            _anchors = anchors;
            _loaded = text;
            return true;
        }
    }
}
