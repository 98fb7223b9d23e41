using System.Net;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Kubernetes.Client;

/// <summary>
/// The proxy that the environment names for a server: <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>NO_PROXY</c> as
/// golang.org/x/net/http/httpproxy reads them, with networks in <c>NO_PROXY</c>, which .NET's own reading does not know.
/// </summary>
internal static class EnvironmentProxy
{
    /// <summary>Null: none.</summary>
    /// <exception cref="ClusterConfigurationException">What is named is no proxy.</exception>
    public static IWebProxy? Find(Uri server, Func<string, string?> environment)
    {
        var name = server.Scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY";
        var text = Read(environment, name);
        if (text is null || server.IsLoopback || IsExempt(server, Read(environment, "NO_PROXY") ?? ""))
        {
            return null;
        }

        var full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return
            Uri.TryCreate(full, UriKind.Absolute, out var proxy)
            && proxy.Scheme is "http" or "https" or "socks5"
            ? new WebProxy(proxy)
            : throw new ClusterConfigurationException($"{name}={text}: not the URL of a proxy");
    }

    private static string? Read(Func<string, string?> environment, string name)
    {
        var text = environment(name) ?? environment(name.ToLowerInvariant());
        return string.IsNullOrEmpty(text) ? null : text;
    }

    private static bool IsExempt(Uri server, string list)
    {
        var host = server.IdnHost.Trim('[', ']');
        var isAddress = NetworkAddress.TryParse(host, out var address);
        foreach (
            var entry in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            if (entry == "*" || IsNamed(host, server.Port, entry))
            {
                return true;
            }

            if (isAddress && Cidr.TryParse(entry, out var network) && network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    // "example.com" stands for itself and all that is beneath, ".example.com" for what is beneath; a port narrows it down.
    private static bool IsNamed(string host, int port, string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon > 0 && int.TryParse(entry.AsSpan(colon + 1), out var only))
        {
            if (only != port)
            {
                return false;
            }

            entry = entry[..colon].Trim('[', ']');
        }

        var suffix = entry.TrimStart('*');
        return host.Equals(suffix, StringComparison.OrdinalIgnoreCase)
            || (
                suffix.Length > 0
                && host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && (suffix[0] == '.' || host[^(suffix.Length + 1)] == '.')
            );
    }
}
