using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NetMon.Agent.Api.Tls;

/// <summary>Those who issue clients' certificates.</summary>
internal sealed class ClientAuthority
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const int MaxProblem = 200;

    private readonly X509Certificate2Collection _anchors = [];

    private ClientAuthority() { }

    /// <exception cref="CryptographicException">There is no certificate in it.</exception>
    public static ClientAuthority Load(string text)
    {
        var authority = new ClientAuthority();
        authority._anchors.ImportFromPem(text);
        return authority._anchors.Count > 0
            ? authority
            : throw new CryptographicException("it holds no certificate");
    }

    /// <param name="shown">The client's certificate.</param>
    /// <param name="presented">What came along with it.</param>
    /// <returns>What is wrong with it; null if it is to be trusted.</returns>
    public string? Check(X509Certificate2 shown, X509Chain? presented)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_anchors);
        if (presented is not null)
        {
            policy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        }

        if (chain.Build(shown))
        {
            return null;
        }

        var text = string.Join(
            "; ",
            chain
                .ChainStatus.Select(status => status.StatusInformation.Trim())
                .Distinct(StringComparer.Ordinal)
        );
        return text.Length <= MaxProblem ? text : text[..MaxProblem];
    }
}
