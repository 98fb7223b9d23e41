using System.Globalization;
using System.Security.Cryptography;

namespace NetMon.Kubernetes.Client;

/// <summary>The access that kubelet gives each pod: the server's address in the environment, token and authority in files.</summary>
internal sealed class InCluster(ClusterChoice choice)
{
    private readonly string? _host = choice.Environment("KUBERNETES_SERVICE_HOST");
    private readonly string _token = Path.Combine(choice.ServiceAccount, "token");
    private readonly string _authority = Path.Combine(choice.ServiceAccount, "ca.crt");

    public bool IsThere => !string.IsNullOrEmpty(_host) && File.Exists(_token);

    /// <exception cref="ClusterConfigurationException">Part of it is wrong.</exception>
    public ClusterConfiguration Read()
    {
        var port = choice.Environment("KUBERNETES_SERVICE_PORT") is { Length: > 0 } given ? given : "443";
        // An IPv6 address is in brackets within a URL, and is not in the environment.
        var host = _host!.Contains(':', StringComparison.Ordinal) && _host[0] != '[' ? $"[{_host}]" : _host;
        if (
            !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            || !Uri.TryCreate($"https://{host}:{port}/", UriKind.Absolute, out var server)
            || server.AbsolutePath != "/"
        )
        {
            throw new ClusterConfigurationException(
                $"KUBERNETES_SERVICE_HOST={_host}, KUBERNETES_SERVICE_PORT={port}: not the address of a server"
            );
        }

        return new ClusterConfiguration("in-cluster", server, ReadTrust())
        {
            Authorization = new TokenFile(_token, choice.Time),
        };
    }

    private ServerTrust ReadTrust()
    {
        var trust = new ServerTrust(new PemSource(_authority, null), isInsecure: false);
        try
        {
            trust.Load();
            return trust;
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ClusterConfigurationException($"{_authority}: {error.Message}", error);
        }
    }
}
