using System.Net;
using System.Text;
using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Tests.Client;

public sealed class KubeconfigTests : IDisposable
{
    private readonly TestFiles _files = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    private ClusterChoice Choice =>
        new()
        {
            Environment = name => _environment.GetValueOrDefault(name),
            ServiceAccount = Path.Combine(_files.Root, "none"),
        };

    [Fact]
    public async Task The_current_context_says_which_cluster_and_user()
    {
        var file = Write("server: https://one.example:6443", "token: secret");
        var found = Find(file);
        Assert.Equal(new Uri("https://one.example:6443/"), found.Server);
        Assert.Equal($"context c of {file}", found.Source);
        Assert.Equal("Bearer secret", await found.Authorization.AuthorizationAsync(default));
    }

    [Fact]
    public async Task Files_are_merged_and_the_first_that_has_a_name_counts()
    {
        var first = _files.Write(
            "first",
            """
            current-context: red
            users:
            - name: red-user
              user: {token: from-first}
            contexts:
            - name: red
              context: {cluster: red-cluster, user: red-user}
            """
        );
        var second = _files.Write(
            "sub/second",
            """
            current-context: blue
            clusters:
            - name: red-cluster
              cluster: {server: "https://second.example/base/"}
            users:
            - name: red-user
              user: {token: from-second, username: other}
            - name: blue-user
              user: {tokenFile: the-token}
            contexts:
            - name: red
              context: {cluster: none, user: none}
            - name: blue
              context: {cluster: red-cluster, user: blue-user}
            """
        );
        _files.Write("sub/the-token", "from-file");
        _environment["KUBECONFIG"] = $"{first}:{_files.Root}/missing:{second}::{first}";
        var red = ClusterConfiguration.Find(Choice)!;
        Assert.Equal(new Uri("https://second.example/base/"), red.Server);
        Assert.Equal("Bearer from-first", await red.Authorization.AuthorizationAsync(default));
        var blue = ClusterConfiguration.Find(Choice with { Context = "blue" })!;
        Assert.Equal("Bearer from-file", await blue.Authorization.AuthorizationAsync(default));
    }

    [Fact]
    public void The_usual_file_is_looked_for_only_where_a_cluster_is_wanted()
    {
        _environment["HOME"] = _files.Root;
        var file = Write("server: https://one.example", "token: x");
        Directory.CreateDirectory(Path.Combine(_files.Root, ".kube"));
        File.Move(file, Path.Combine(_files.Root, ".kube", "config"));
        Assert.Null(ClusterConfiguration.Find(Choice));
        Assert.NotNull(ClusterConfiguration.Find(Choice with { IsRequired = true }));
        Assert.NotNull(ClusterConfiguration.Find(Choice with { Context = "c" }));
    }

    [Fact]
    public async Task Data_and_files_of_certificates_are_read_relative_to_the_file()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.SignClient("me");
        _files.Write("ca.pem", authority.Pem);
        _files.Write("keys/me.key", key);
        var file = Write(
            "server: https://one.example\n    certificate-authority: ca.pem\n    tls-server-name: kubernetes",
            $"client-certificate-data: {Base64(certificate)}\n    client-key: keys/me.key\n    as: somebody\n    as-groups: [a, b]"
        );
        var found = Find(file);
        Assert.Equal("kubernetes", found.TlsServerName);
        var context = await found.Certificate!.CertificateAsync(default);
        Assert.Equal("CN=me", context!.TargetCertificate.Subject);
        Assert.Equal(
            "Impersonate-User: somebody, Impersonate-Group: a, Impersonate-Group: b",
            string.Join(", ", found.Headers.Select(header => $"{header.Key}: {header.Value}"))
        );
    }

    [Fact]
    public async Task A_renewed_client_certificate_is_read_for_the_next_connection()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.SignClient("first");
        _files.Write("pem", certificate + key);
        var found = Find(
            Write("server: https://one.example", "client-certificate: pem\n    client-key: pem")
        );
        Assert.Equal(
            "CN=first",
            (await found.Certificate!.CertificateAsync(default))!.TargetCertificate.Subject
        );
        (certificate, key) = authority.SignClient("second");
        _files.Write("pem", certificate + key);
        Assert.Equal(
            "CN=second",
            (await found.Certificate!.CertificateAsync(default))!.TargetCertificate.Subject
        );
    }

    [Fact]
    public async Task A_user_name_and_password_are_basic_authentication()
    {
        var found = Find(Write("server: http://localhost:8001", "username: me\n    password: 'it: is'"));
        var value = await found.Authorization.AuthorizationAsync(default);
        Assert.Equal("Basic " + Convert.ToBase64String("me:it: is"u8), value);
        Assert.Equal(new Uri("http://localhost:8001/"), found.Server);
    }

    [Fact]
    public void JSON_is_a_kubeconfig_as_well()
    {
        var file = _files.Write(
            "json",
            """
            {"apiVersion":"v1","kind":"Config","current-context":"c","preferences":{},
             "clusters":[{"name":"c","cluster":{"server":"https://one.example","insecure-skip-tls-verify":true}}],
             "contexts":[{"name":"c","context":{"cluster":"c","user":""}}],"users":null}
            """
        );
        Assert.True(Find(file).Trust.IsInsecure);
    }

    [Theory]
    [InlineData(
        "server: https://a b",
        "token: x",
        ":7: clusters[0].cluster.server: https://a b is not the URL of a server"
    )]
    [InlineData(
        "server: ftp://a",
        "token: x",
        ":7: clusters[0].cluster.server: ftp://a is not the URL of a server"
    )]
    [InlineData(
        "insecure-skip-tls-verify: true",
        "token: x",
        ":7: clusters[0].cluster.server: there is none"
    )]
    [InlineData("server: [a]", "token: x", ":7: clusters[0].cluster.server: a text was expected")]
    [InlineData(
        "server: https://a\n    insecure-skip-tls-verify: maybe",
        "token: x",
        ":8: clusters[0].cluster.insecure-skip-tls-verify: true or false was expected"
    )]
    [InlineData(
        "server: https://a\n    insecure-skip-tls-verify: true\n    certificate-authority: x",
        "token: x",
        ":8: clusters[0].cluster.insecure-skip-tls-verify: not together with a certificate-authority"
    )]
    [InlineData(
        "server: https://a\n    certificate-authority-data: '***'",
        "token: x",
        ":8: clusters[0].cluster.certificate-authority-data: The input is not a valid Base-64 string"
    )]
    [InlineData(
        "server: https://a\n    certificate-authority: missing.pem",
        "token: x",
        ":8: clusters[0].cluster.certificate-authority: ROOT/missing.pem: Could not find file"
    )]
    [InlineData(
        "server: https://a\n    proxy-url: gopher://b",
        "token: x",
        ":8: clusters[0].cluster.proxy-url: gopher://b is not the URL of an http, https or socks5 proxy"
    )]
    [InlineData(
        "server: https://a",
        "client-key: x",
        ":11: users[0].user.client-certificate: there is a client-key, but not its certificate"
    )]
    [InlineData(
        "server: https://a",
        "client-certificate: x",
        ":11: users[0].user.client-key: there is a client-certificate, but not its key"
    )]
    [InlineData(
        "server: https://a",
        "client-certificate: x\n    client-key: x",
        ":11: users[0].user.client-certificate: ROOT/x, ROOT/x: Could not find file"
    )]
    [InlineData(
        "server: https://a",
        "auth-provider: {name: gcp}",
        ":11: users[0].user.auth-provider: not supported"
    )]
    [InlineData(
        "server: https://a",
        "exec: {command: x}",
        ":11: users[0].user.exec.apiVersion: none is not supported"
    )]
    [InlineData(
        "server: https://a",
        "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}",
        ":11: users[0].user.exec.apiVersion: client.authentication.k8s.io/v1alpha1 is not supported"
    )]
    [InlineData(
        "server: https://a",
        "exec: {apiVersion: client.authentication.k8s.io/v1}",
        ":11: users[0].user.exec.command: there is none"
    )]
    [InlineData(
        "server: https://a",
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}",
        ":11: users[0].user.exec.interactiveMode: Always: nobody is there"
    )]
    public void What_is_wrong_is_named_with_file_line_and_key(string cluster, string user, string message)
    {
        var file = Write(cluster, user);
        var error = Assert.Throws<ClusterConfigurationException>(() => Find(file));
        Assert.Contains(
            message.Replace("ROOT", _files.Root, StringComparison.Ordinal),
            error.Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith(file, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "there is no current-context")]
    [InlineData("current-context: c", "there is no context c")]
    [InlineData(
        "current-context: c\ncontexts: [{name: c, context: {cluster: d}}]",
        "there is no cluster d, which context c of"
    )]
    [InlineData(
        "current-context: c\ncontexts: [{name: c, context: {cluster: d, user: u}}]\nclusters: [{name: d, cluster: {server: 'https://d'}}]",
        "there is no user u, which context c of"
    )]
    [InlineData(
        "current-context: c\ncontexts: [{name: c, context: {user: d}}]",
        "context c names no cluster"
    )]
    [InlineData("current-context: c\ncontexts: [{name: c, context: {}}, {name: c}]", "c is there twice")]
    [InlineData("a: [", "/config:2: ")]
    [InlineData("just text", "not a kubeconfig")]
    [InlineData("contexts: 5", "contexts: a list was expected")]
    public void What_is_missing_is_named(string text, string message)
    {
        var file = _files.Write("config", text);
        var error = Assert.Throws<ClusterConfigurationException>(() => Find(file));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_named_has_to_exist()
    {
        var missing = Path.Combine(_files.Root, "missing");
        Assert.Contains(
            missing,
            Assert.Throws<ClusterConfigurationException>(() => Find(missing)).Message,
            StringComparison.Ordinal
        );
        _environment["KUBECONFIG"] = missing;
        Assert.Contains(
            missing,
            Assert.Throws<ClusterConfigurationException>(() => ClusterConfiguration.Find(Choice)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("https://api.example", "", null, "http://proxy:3128/")]
    [InlineData("https://10.1.2.3:6443", "10.0.0.0/8", null, null)]
    [InlineData("https://api.example", ".example", null, null)]
    [InlineData("https://api.example", "example:443", null, null)]
    [InlineData("https://api.example:6443", "example:443", null, "http://proxy:3128/")]
    [InlineData("https://badexample", "example", null, "http://proxy:3128/")]
    [InlineData("https://api.example", "*", null, null)]
    [InlineData("https://localhost:6443", "", null, null)]
    [InlineData("https://api.example", "*", "socks5://other:1080", "socks5://other:1080/")]
    [InlineData("http://api.example", "", null, null)]
    public void The_environment_s_proxy_is_used_unless_the_server_is_exempt(
        string server,
        string exempt,
        string? own,
        string? expected
    )
    {
        _environment["https_proxy"] = "proxy:3128";
        _environment["NO_PROXY"] = exempt;
        var proxy = Find(
            Write($"server: {server}" + (own is null ? "" : $"\n    proxy-url: {own}"), "token: x")
        ).Proxy;
        Assert.Equal(expected, (proxy as WebProxy)?.Address?.ToString());
    }

    public void Dispose() => _files.Dispose();

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private ClusterConfiguration Find(string file) =>
        ClusterConfiguration.Find(Choice with { Kubeconfig = file })!;

    private string Write(string cluster, string user) =>
        _files.Write(
            "config",
            $"""
            apiVersion: v1
            kind: Config
            current-context: c
            clusters:
            - name: c
              cluster:
                {cluster}
            users:
            - name: c
              user:
                {user}
            contexts:
            - name: c
              context: {"{cluster: c, user: c}"}
            """
        );
}
