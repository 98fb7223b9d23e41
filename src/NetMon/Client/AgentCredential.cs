using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NetMon.Client;

/// <summary>What an agent on another machine is asked with. Read when it is needed; nothing of it is ever shown.</summary>
/// <param name="TokenFile">A file with a bearer token; null: none is sent.</param>
/// <param name="AuthorityFile">PEM authorities that the agent's certificate must come from; null: the system's.</param>
/// <param name="CertificateFile">PEM client certificate; null: none is shown.</param>
/// <param name="KeyFile">Its PEM key; null: it is in the same file.</param>
internal sealed record AgentCredential(
    string? TokenFile = null,
    string? AuthorityFile = null,
    string? CertificateFile = null,
    string? KeyFile = null
)
{
    private const long LongestToken = 64 * 1024;

    /// <exception cref="AgentException">A file cannot be read, or is wrong.</exception>
    public AuthenticationHeaderValue? Authorization() =>
        TokenFile is { } path
            ? Read(path, () => new AuthenticationHeaderValue("Bearer", ReadToken(path)))
            : null;

    /// <exception cref="AgentException">A file cannot be read, or is wrong.</exception>
    public SslClientAuthenticationOptions TlsOptions()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        var options = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = policy,
        };
        if (AuthorityFile is { } authority)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(Read(authority, () => LoadAuthorities(authority)));
        }

        if (CertificateFile is { } certificate)
        {
            options.ClientCertificates =
            [
                Read(
                    certificate,
                    () => X509Certificate2.CreateFromPemFile(certificate, KeyFile ?? certificate)
                ),
            ];
            // Shown whichever authorities the agent names.
            options.LocalCertificateSelectionCallback = (_, _, certificates, _, _) => certificates[0];
        }

        return options;
    }

    private static string ReadToken(string path)
    {
        if (new FileInfo(path).Length > LongestToken)
        {
            throw new InvalidDataException($"larger than {LongestToken} bytes");
        }

        var token = File.ReadAllText(path).Trim();
        return token.Length > 0 && !token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? token
            : throw new InvalidDataException("it holds no token");
    }

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(path);
        return authorities.Count > 0
            ? authorities
            : throw new InvalidDataException("it holds no certificate");
    }

    private static T Read<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error)
            when (error
                    is IOException
                        or InvalidDataException
                        or UnauthorizedAccessException
                        or CryptographicException
            )
        {
            throw new AgentException(
                $"cannot use {Terminal.TerminalText.Clean(path, 300)}: {Terminal.TerminalText.Clean(error.Message, 300)}",
                "see --token-file, --ca, --cert and --key, and their variables NETMON_TOKEN_FILE, NETMON_CA, NETMON_CERT and NETMON_KEY",
                error
            );
        }
    }
}
