using System.Security.Cryptography;

namespace NetMon.Kubernetes.Client;

/// <summary>As whom requests are made: a user of a kubeconfig.</summary>
internal sealed record UserCredential(
    IAuthorizationSource Authorization,
    ICertificateSource? Certificate,
    IReadOnlyList<KeyValuePair<string, string>> Headers
)
{
    public static UserCredential None { get; } = new(FixedAuthorization.None, null, []);

    /// <exception cref="ClusterConfigurationException">Part of it is wrong.</exception>
    public static UserCredential Read(YamlMap user, YamlMap cluster, ClusterChoice choice)
    {
        if (user.Map("auth-provider") is not null)
        {
            throw user.Wrong(
                "auth-provider",
                "not supported, nor by kubectl since 1.26: use an exec plugin"
            );
        }

        var plugin = user.Map("exec") is { } exec ? ExecPlugin.Read(exec, cluster, choice) : null;
        return new UserCredential(
            ReadAuthorization(user, choice) ?? plugin ?? (IAuthorizationSource)FixedAuthorization.None,
            ReadCertificate(user) ?? (ICertificateSource?)plugin,
            ReadHeaders(user)
        );
    }

    // What a plugin gives comes after all that the file itself holds.
    private static IAuthorizationSource? ReadAuthorization(YamlMap user, ClusterChoice choice)
    {
        if (user.FilePath("tokenFile") is { } file)
        {
            return new TokenFile(file, choice.Time);
        }

        if (user.Text("token") is { } token)
        {
            return FixedAuthorization.OfToken(token);
        }

        return user.Text("username") is { } name
            ? FixedAuthorization.OfPassword(name, user.Text("password") ?? "")
            : null;
    }

    private static ClientCertificate? ReadCertificate(YamlMap user)
    {
        var certificate = user.Pem("client-certificate");
        var key = user.Pem("client-key");
        if (certificate is null && key is null)
        {
            return null;
        }

        if (certificate is null)
        {
            throw user.Wrong("client-certificate", "there is a client-key, but not its certificate");
        }

        if (key is null)
        {
            throw user.Wrong("client-key", "there is a client-certificate, but not its key");
        }

        try
        {
            ClientCertificate.Load(certificate.Read(), key.Read());
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw user.Wrong("client-certificate", $"{certificate.Origin}, {key.Origin}: {error.Message}");
        }

        return new ClientCertificate(certificate, key);
    }

    private static List<KeyValuePair<string, string>> ReadHeaders(YamlMap user)
    {
        var headers = new List<KeyValuePair<string, string>>();
        Add("Impersonate-User", user.Text("as"));
        Add("Impersonate-Uid", user.Text("as-uid"));
        foreach (var group in user.Texts("as-groups"))
        {
            Add("Impersonate-Group", group);
        }

        if (user.Map("as-user-extra") is not null)
        {
            throw user.Wrong("as-user-extra", "not supported");
        }

        return headers;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                headers.Add(new KeyValuePair<string, string>(name, value));
            }
        }
    }
}
