using System.Net;
using System.Security.Cryptography;

namespace NetMon.Kubernetes.Client;

/// <summary>
/// Kubeconfig files, merged as kubectl does (k8s.io/client-go/tools/clientcmd/loader.go): the first file that has a cluster, user or
/// context of a name, or a current context, is the one that counts, and nothing of another file's entry of that name is.
/// </summary>
internal sealed class Kubeconfig
{
    private readonly Dictionary<string, YamlMap> _clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlMap> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlMap> _contexts = new(StringComparer.Ordinal);
    private readonly string _files;
    private string? _current;

    private Kubeconfig(IReadOnlyList<string> files) => _files = string.Join(':', files);

    /// <exception cref="ClusterConfigurationException">A file cannot be read.</exception>
    public static Kubeconfig Load(IReadOnlyList<string> files)
    {
        var merged = new Kubeconfig(files);
        foreach (var file in files)
        {
            var root = YamlMap.Load(file);
            merged._current ??= root.Text("current-context");
            Merge(root, "clusters", "cluster", merged._clusters);
            Merge(root, "users", "user", merged._users);
            Merge(root, "contexts", "context", merged._contexts);
        }

        return merged;
    }

    /// <exception cref="ClusterConfigurationException">The context is not there, or wrong.</exception>
    public ClusterConfiguration Resolve(ClusterChoice choice)
    {
        var name =
            choice.Context
            ?? _current
            ?? throw new ClusterConfigurationException($"{_files}: there is no current-context");
        var context = Find(_contexts, "context", name, null);
        var source = $"context {name} of {context.File}";
        var clusterName =
            context.Text("cluster") ?? throw context.Wrong("cluster", $"context {name} names no cluster");
        var cluster = Find(_clusters, "cluster", clusterName, source);
        var user = context.Text("user") is { } userName ? Find(_users, "user", userName, source) : null;
        var server = ReadServer(cluster);
        var proxy = ReadProxy(cluster, server, choice);
        var trust = ReadTrust(cluster);
        var credential = user is null
            ? UserCredential.None
            : UserCredential.Read(user, cluster, choice);
        return new ClusterConfiguration(source, server, trust)
        {
            TlsServerName = cluster.Text("tls-server-name"),
            Proxy = proxy,
            Authorization = credential.Authorization,
            Certificate = credential.Certificate,
            Headers = credential.Headers,
        };
    }

    private static void Merge(
        YamlMap root,
        string list,
        string content,
        Dictionary<string, YamlMap> merged
    )
    {
        var here = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in root.Maps(list))
        {
            var name = item.Text("name") ?? throw item.Wrong("name", "it has no name");
            if (!here.Add(name))
            {
                throw item.Wrong("name", $"{name} is there twice");
            }

            if (item.Map(content) is { } value)
            {
                merged.TryAdd(name, value);
            }
        }
    }

    private YamlMap Find(Dictionary<string, YamlMap> all, string what, string name, string? who) =>
        all.TryGetValue(name, out var found)
            ? found
            : throw new ClusterConfigurationException(
                $"{_files}: there is no {what} {name}{(who is null ? "" : $", which {who} names")}"
            );

    private static Uri ReadServer(YamlMap cluster)
    {
        var text = cluster.Text("server") ?? throw cluster.Wrong("server", "there is none");
        // A host without a scheme is plain HTTP, as for kubectl.
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return
            Uri.TryCreate(full.TrimEnd('/') + "/", UriKind.Absolute, out var server)
            && server.Scheme is "https" or "http"
            && server.Query.Length == 0
            ? server
            : throw cluster.Wrong("server", $"{text} is not the URL of a server");
    }

    private static ServerTrust ReadTrust(YamlMap cluster)
    {
        var isInsecure = cluster.Flag("insecure-skip-tls-verify");
        var source = cluster.Pem("certificate-authority");
        if (isInsecure && source is not null)
        {
            throw cluster.Wrong("insecure-skip-tls-verify", "not together with a certificate-authority");
        }

        var trust = new ServerTrust(source, isInsecure);
        try
        {
            trust.Load();
            return trust;
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw cluster.Wrong("certificate-authority", $"{source!.Origin}: {error.Message}");
        }
    }

    private static IWebProxy? ReadProxy(YamlMap cluster, Uri server, ClusterChoice choice)
    {
        if (cluster.Text("proxy-url") is not { } text)
        {
            return EnvironmentProxy.Find(server, choice.Environment);
        }

        return
            Uri.TryCreate(text, UriKind.Absolute, out var proxy)
            && proxy.Scheme is "http" or "https" or "socks5"
            ? new WebProxy(proxy)
            : throw cluster.Wrong("proxy-url", $"{text} is not the URL of an http, https or socks5 proxy");
    }
}
