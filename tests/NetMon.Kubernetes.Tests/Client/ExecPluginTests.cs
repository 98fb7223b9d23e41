using System.Text.Json;
using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Tests.Client;

public sealed class ExecPluginTests : IDisposable
{
    private readonly TestFiles _files = new();
    private readonly ManualTime _time = new();

    private int Runs => File.ReadAllLines(Path.Combine(_files.Root, "runs")).Length;

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta1")]
    public async Task A_plugin_tells_a_token_for_as_long_as_it_says(string version)
    {
        var expires = _time.GetUtcNow().AddMinutes(10).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        var found = Find(version, $$"""{"token":"t1","expirationTimestamp":"{{expires}}"}""");
        var source = found.Authorization;
        Assert.Equal("Bearer t1", await source.AuthorizationAsync(default));
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal("Bearer t1", await source.AuthorizationAsync(default));
        Assert.Equal(1, Runs);
        _time.Advance(TimeSpan.FromSeconds(55));
        Assert.Equal("Bearer t1", await source.AuthorizationAsync(default));
        Assert.Equal(2, Runs);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_asked_for_again()
    {
        var source = Find("v1", """{"token":"t1"}""").Authorization;
        Assert.Equal("Bearer t1", await source.AuthorizationAsync(default));
        _time.Advance(TimeSpan.FromDays(1));
        await source.AuthorizationAsync(default);
        Assert.Equal(1, Runs);
        source.Reject("Bearer other");
        await source.AuthorizationAsync(default);
        Assert.Equal(1, Runs);
        source.Reject("Bearer t1");
        await source.AuthorizationAsync(default);
        Assert.Equal(2, Runs);
    }

    [Fact]
    public async Task All_who_ask_at_the_same_time_share_one_run()
    {
        var source = Find("v1", """{"token":"t1"}""").Authorization;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => source.AuthorizationAsync(default).AsTask()));
        Assert.Equal(1, Runs);
    }

    [Fact]
    public async Task A_plugin_tells_a_client_certificate()
    {
        using var authority = new TestAuthority();
        var (certificate, key) = authority.SignClient("me");
        var status = $"{{\"clientCertificateData\":{Quote(certificate)},\"clientKeyData\":{Quote(key)}}}";
        var found = Find("v1", status);
        Assert.Null(await found.Authorization.AuthorizationAsync(default));
        Assert.Equal(
            "CN=me",
            (await found.Certificate!.CertificateAsync(default))!.TargetCertificate.Subject
        );
        Assert.Equal(1, Runs);
    }

    [Fact]
    public async Task It_gets_arguments_environment_and_the_cluster()
    {
        _files.WriteScript(
            "plugin",
            $$$"""
            echo "$1|$2|$EXTRA" > {{{_files.Root}}}/got
            echo "$KUBERNETES_EXEC_INFO" > {{{_files.Root}}}/info
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
            """
        );
        var found = Load(
            """
            {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [a b, "c"], provideClusterInfo: true,
             interactiveMode: IfAvailable, env: [{name: EXTRA, value: "d e"}]}
            """
        );
        Assert.Equal("Bearer t", await found.Authorization.AuthorizationAsync(default));
        Assert.Equal("a b|c|d e\n", await File.ReadAllTextAsync(Path.Combine(_files.Root, "got")));
        var info = JsonDocument
            .Parse(await File.ReadAllTextAsync(Path.Combine(_files.Root, "info")))
            .RootElement;
        Assert.Equal("ExecCredential", info.GetProperty("kind").GetString());
        var spec = info.GetProperty("spec");
        Assert.False(spec.GetProperty("interactive").GetBoolean());
        var cluster = spec.GetProperty("cluster");
        Assert.Equal("https://one.example", cluster.GetProperty("server").GetString());
        Assert.Equal(
            """{"audience":"a","deep":[1,true,null,"1"]}""",
            cluster.GetProperty("config").GetRawText()
        );
    }

    [Theory]
    [InlineData("echo no >&2; exit 3", "ended with 3: no")]
    [InlineData("echo nonsense", "its output is no ExecCredential")]
    [InlineData("echo '{}'", "its output is nothing ")]
    [InlineData(
        "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"kind\":\"ExecCredential\"}'",
        "where client.authentication.k8s.io/v1 ExecCredential was expected"
    )]
    [InlineData(
        "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{}}'",
        "neither a token nor a client certificate"
    )]
    [InlineData(
        "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"clientKeyData\":\"x\"}}'",
        "one of clientCertificateData and clientKeyData without the other"
    )]
    [InlineData("head -c 3000000 /dev/zero", "its output is no ExecCredential")]
    public async Task A_plugin_that_fails_is_told_apart_and_asked_again_later(string script, string message)
    {
        _files.WriteScript("plugin", $"echo run >> {_files.Root}/runs\n{script}");
        var source = Load("{apiVersion: client.authentication.k8s.io/v1, command: ./plugin}").Authorization;
        var error = await Assert.ThrowsAsync<ApiException>(async () =>
            await source.AuthorizationAsync(default)
        );
        Assert.Equal(ErrorReasons.Credential, error.Reason);
        Assert.Contains($"exec plugin {_files.Root}/plugin", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ApiException>(async () => await source.AuthorizationAsync(default));
        Assert.Equal(1, Runs);
        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<ApiException>(async () => await source.AuthorizationAsync(default));
        Assert.Equal(2, Runs);
    }

    [Fact]
    public async Task A_plugin_that_is_not_there_says_how_to_get_it()
    {
        var source = Load(
            "{apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, installHint: get it there}"
        ).Authorization;
        var error = await Assert.ThrowsAsync<ApiException>(async () =>
            await source.AuthorizationAsync(default)
        );
        Assert.Contains("no-such-plugin", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("(get it there)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plugin_that_hangs_is_killed()
    {
        _files.WriteScript("plugin", $"echo $$ > {_files.Root}/pid; exec sleep 1000");
        var source = Load("{apiVersion: client.authentication.k8s.io/v1, command: ./plugin}").Authorization;
        var asked = source.AuthorizationAsync(default).AsTask();
        var pid = Path.Combine(_files.Root, "pid");
        await Patience.UntilAsync(
            () => File.Exists(pid) && File.ReadAllText(pid).EndsWith('\n'),
            "the plugin runs"
        );
        _time.Advance(TimeSpan.FromSeconds(60));
        var error = await Assert.ThrowsAsync<ApiException>(async () => await asked.WaitAsync(Patience.Limit));
        Assert.Contains("no answer within 60 s", error.Message, StringComparison.Ordinal);
        var process = (await File.ReadAllTextAsync(pid)).Trim();
        await Patience.UntilAsync(() => !Directory.Exists($"/proc/{process}"), "it is gone");
    }

    public void Dispose() => _files.Dispose();

    private static string Quote(string text) => JsonSerializer.Serialize(text);

    private ClusterConfiguration Find(string version, string status)
    {
        var answer = _files.Write(
            "answer",
            $$"""{"apiVersion":"client.authentication.k8s.io/{{version}}","kind":"ExecCredential","status":{{status}} }"""
        );
        _files.WriteScript("plugin", $"echo run >> {_files.Root}/runs\ncat {answer}");
        return Load($"{{apiVersion: client.authentication.k8s.io/{version}, command: ./plugin}}");
    }

    private ClusterConfiguration Load(string exec)
    {
        var file = _files.Write(
            "config",
            $$$"""
            current-context: c
            clusters:
            - name: c
              cluster:
                server: https://one.example
                extensions:
                - name: client.authentication.k8s.io/exec
                  extension: {audience: a, deep: [1, true, null, "1"]}
            users: [{name: u, user: {exec: {{{exec.ReplaceLineEndings(" ")}}} }}]
            contexts: [{name: c, context: {cluster: c, user: u}}]
            """
        );
        return ClusterConfiguration.Find(
            new ClusterChoice
            {
                Kubeconfig = file,
                Time = _time,
                Environment = _ => null,
            }
        )!;
    }
}
