using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Tests.Client;

public sealed class InClusterTests : IDisposable
{
    private readonly TestFiles _files = new();
    private readonly TestAuthority _authority = new();
    private readonly ManualTime _time = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal)
    {
        ["KUBERNETES_SERVICE_HOST"] = "10.96.0.1",
        ["KUBERNETES_SERVICE_PORT"] = "443",
    };

    public InClusterTests()
    {
        _files.Write("token", "first");
        _files.Write("ca.crt", _authority.Pem);
    }

    private ClusterChoice Choice =>
        new()
        {
            Environment = name => _environment.GetValueOrDefault(name),
            ServiceAccount = _files.Root,
            Time = _time,
        };

    [Fact]
    public async Task A_pod_finds_its_server_token_and_authority()
    {
        var found = ClusterConfiguration.Find(Choice)!;
        Assert.Equal("in-cluster", found.Source);
        Assert.Equal(new Uri("https://10.96.0.1/"), found.Server);
        Assert.Equal("Bearer first", await found.Authorization.AuthorizationAsync(default));
        Assert.False(found.Trust.IsInsecure);
        Assert.Null(found.Proxy);
    }

    [Fact]
    public void An_IPv6_host_is_put_in_brackets()
    {
        _environment["KUBERNETES_SERVICE_HOST"] = "fd00:10:96::1";
        _environment["KUBERNETES_SERVICE_PORT"] = "6443";
        Assert.Equal(new Uri("https://[fd00:10:96::1]:6443/"), ClusterConfiguration.Find(Choice)!.Server);
    }

    [Fact]
    public async Task The_token_is_read_again_each_minute_and_at_once_when_it_was_refused()
    {
        var source = ClusterConfiguration.Find(Choice)!.Authorization;
        Assert.Equal("Bearer first", await source.AuthorizationAsync(default));
        _files.Write("token", "second\n");
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("Bearer first", await source.AuthorizationAsync(default));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Bearer second", await source.AuthorizationAsync(default));
        _files.Write("token", "third");
        source.Reject("Bearer first");
        Assert.Equal("Bearer second", await source.AuthorizationAsync(default));
        source.Reject("Bearer second");
        Assert.Equal("Bearer third", await source.AuthorizationAsync(default));
    }

    [Fact]
    public async Task A_token_that_is_gone_or_empty_leaves_the_last_one_in_use()
    {
        var source = ClusterConfiguration.Find(Choice)!.Authorization;
        await source.AuthorizationAsync(default);
        _files.Write("token", "\n");
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("Bearer first", await source.AuthorizationAsync(default));
        File.Delete(Path.Combine(_files.Root, "token"));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("Bearer first", await source.AuthorizationAsync(default));
    }

    [Fact]
    public async Task A_token_that_never_was_readable_is_an_error_that_names_the_file()
    {
        _files.Write("token", "two words");
        var source = ClusterConfiguration.Find(Choice)!.Authorization;
        var error = await Assert.ThrowsAsync<ApiException>(async () =>
            await source.AuthorizationAsync(default)
        );
        Assert.Equal(ErrorReasons.Credential, error.Reason);
        Assert.Contains(Path.Combine(_files.Root, "token"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_token_or_a_server_there_is_no_cluster()
    {
        File.Delete(Path.Combine(_files.Root, "token"));
        Assert.Null(ClusterConfiguration.Find(Choice));
        _files.Write("token", "first");
        _environment.Remove("KUBERNETES_SERVICE_HOST");
        Assert.Null(ClusterConfiguration.Find(Choice));
        var required = Assert.Throws<ClusterConfigurationException>(() =>
            ClusterConfiguration.Find(Choice with { IsRequired = true })
        );
        Assert.StartsWith("no access to a cluster is configured", required.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.96.0.1/path", "443", "KUBERNETES_SERVICE_HOST=10.96.0.1/path")]
    [InlineData("10.96.0.1", "99999", "KUBERNETES_SERVICE_PORT=99999")]
    public void An_address_that_is_none_is_named(string host, string port, string named)
    {
        _environment["KUBERNETES_SERVICE_HOST"] = host;
        _environment["KUBERNETES_SERVICE_PORT"] = port;
        var error = Assert.Throws<ClusterConfigurationException>(() => ClusterConfiguration.Find(Choice));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_authority_that_is_none_is_named()
    {
        var path = _files.Write("ca.crt", "not a certificate");
        var error = Assert.Throws<ClusterConfigurationException>(() => ClusterConfiguration.Find(Choice));
        Assert.Equal($"{path}: it holds no certificate", error.Message);
    }

    public void Dispose()
    {
        _files.Dispose();
        _authority.Dispose();
    }
}
