using System.Net;

namespace NetMon.Agent.Options;

/// <summary>What settings have to be together. Each by itself is right already; nothing but the settings is looked at.</summary>
public static class OptionRules
{
    private const string NeedsTls =
        "credentials are taken over TLS only: set api.tls.certificate and api.tls.key, or leave this out";

    /// <returns>Everything that contradicts something else; empty: nothing does.</returns>
    public static IEnumerable<OptionProblem> Check(AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            .. Check(options.Api),
            .. CheckDebug(options.Api),
            .. CheckCluster(options),
            .. CheckPorts(options),
        ];
    }

    /// <summary>Of TLS and credentials.</summary>
    internal static IEnumerable<OptionProblem> Check(ApiOptions api)
    {
        var tls = api.Tls;
        var auth = api.Auth;
        if (tls.Certificate.Length > 0 != tls.Key.Length > 0)
        {
            yield return new(
                tls.Certificate.Length > 0 ? "api.tls.certificate" : "api.tls.key",
                "api.tls.certificate and api.tls.key go together: set both or none"
            );
        }
        else if (tls.Certificate.Length == 0)
        {
            if (tls.ClientCa.Length > 0)
            {
                yield return new("api.tls.client_ca", NeedsTls);
            }

            if (auth.TokenFile.Length > 0)
            {
                yield return new("api.auth.token_file", NeedsTls);
            }

            if (auth.Kubernetes)
            {
                yield return new("api.auth.kubernetes", NeedsTls);
            }
        }

        if (tls.ClientCa.Length == 0)
        {
            const string needsAuthority = "needs api.tls.client_ca, the authority of these certificates";
            if (auth.CertificateReaders.Count > 0)
            {
                yield return new("api.auth.certificate_readers", needsAuthority);
            }

            if (auth.CertificateAdmins.Count > 0)
            {
                yield return new("api.auth.certificate_admins", needsAuthority);
            }
        }
    }

    /// <summary>Of the address for developers.</summary>
    internal static IEnumerable<OptionProblem> CheckDebug(ApiOptions api)
    {
        if (api.DebugListen is { } listen && !IPAddress.IsLoopback(listen.Address) && !api.DebugRemote)
        {
            yield return new(
                "api.debug_listen",
                $"{listen} can be reached from other machines; choose 127.0.0.1 or [::1], or set api.debug_remote (--debug-server-remote true)"
            );
        }
    }

    private static IEnumerable<OptionProblem> CheckCluster(AgentOptions options)
    {
        if (options.Api.Auth.Kubernetes && options.Kubernetes.Mode == KubernetesMode.Off)
        {
            yield return new(
                "api.auth.kubernetes",
                "there is no cluster to ask, as kubernetes.mode is off: leave one of them out"
            );
        }
    }

    // Two that want one port: the second to be opened would fail.
    private static IEnumerable<OptionProblem> CheckPorts(AgentOptions options)
    {
        var api = options.Api.Listen;
        var metrics = options.Metrics;
        var apart = metrics is { Enabled: true, Port: > 0 }
            ? new IPEndPoint(metrics.Address, metrics.Port)
            : null;
        if (apart is not null && Collide(apart, api))
        {
            yield return new(
                "export.prometheus.port",
                $"{apart} is taken by api.listen ({api}), where metrics are served in any case: choose another port, or leave this out"
            );
        }

        if (options.Api.DebugListen is { } debug)
        {
            var other =
                Collide(debug, api) ? "api.listen"
                : apart is not null && Collide(debug, apart) ? "export.prometheus.port"
                : null;
            if (other is not null)
            {
                yield return new("api.debug_listen", $"{debug} is taken by {other}: choose another port");
            }
        }
    }

    private static bool Collide(IPEndPoint one, IPEndPoint other) =>
        one.Port != 0
        && one.Port == other.Port
        && (one.Address.Equals(other.Address) || IsAll(one.Address, other) || IsAll(other.Address, one));

    // A socket of :: takes IPv4, too.
    private static bool IsAll(IPAddress address, IPEndPoint other) =>
        address.Equals(IPAddress.IPv6Any)
        || (address.Equals(IPAddress.Any) && other.AddressFamily == IPAddress.Any.AddressFamily);
}
