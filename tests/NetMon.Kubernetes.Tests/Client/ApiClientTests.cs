using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Tests.Watching;

namespace NetMon.Kubernetes.Tests.Client;

public sealed class ApiClientTests : IDisposable
{
    private readonly TestFiles _files = new();

    [Theory]
    [InlineData(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    public async Task HTTP_2_is_spoken_where_the_server_offers_it(HttpProtocols protocols, string expected)
    {
        await using var server = await ScriptedServer.StartAsync(protocols);
        var seen = await AskAsync(server, server.Configuration());
        Assert.Equal(expected, seen.Protocol);
        Assert.Equal("/api/v1/pods", seen.Path);
    }

    [Fact]
    public async Task A_path_of_the_server_s_URL_is_kept()
    {
        await using var server = await ScriptedServer.StartAsync();
        var plain = server.Configuration();
        var behind = new ClusterConfiguration("test", new Uri(server.Url, "k8s/clusters/c-1/"), plain.Trust);
        Assert.Equal("/k8s/clusters/c-1/api/v1/pods", (await AskAsync(server, behind)).Path);
    }

    [Fact]
    public async Task The_client_shows_its_certificate()
    {
        await using var server = await ScriptedServer.StartAsync(asksForCertificate: true);
        using var authority = new TestAuthority();
        var (certificate, key) = authority.SignClient("me");
        var plain = server.Configuration();
        var configuration = new ClusterConfiguration("test", server.Url, plain.Trust)
        {
            Certificate = new ClientCertificate(new PemSource("c", certificate), new PemSource("k", key)),
            Headers = [new("Impersonate-User", "other")],
        };
        var seen = await AskAsync(server, configuration);
        Assert.Equal("CN=me", seen.ClientCertificate!.Subject);
        Assert.Equal("other", seen.Headers["Impersonate-User"]);
        Assert.Equal(0, seen.Headers.Authorization.Count);
    }

    [Fact]
    public async Task A_server_s_name_for_TLS_is_asked_for_and_checked()
    {
        await using var server = await ScriptedServer.StartAsync(names: "kubernetes.default");
        var error = await Assert.ThrowsAsync<ApiException>(() => AskAsync(server, server.Configuration()));
        Assert.Equal(ErrorReasons.Tls, error.Reason);
        Assert.Contains("is not made out for 127.0.0.1", error.Message, StringComparison.Ordinal);
        var named = new ClusterConfiguration("test", server.Url, server.Configuration().Trust)
        {
            TlsServerName = "kubernetes.default",
        };
        await AskAsync(server, named);
        Assert.Equal("kubernetes.default", server.LastServerName);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused_and_what_is_wrong_is_said()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var other = new TestAuthority("another");
        var error = await Assert.ThrowsAsync<ApiException>(() =>
            AskAsync(server, Trusting(server, other.Pem))
        );
        Assert.Equal(ErrorReasons.Tls, error.Reason);
        Assert.Contains("(CN=server) is not trusted by the file", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Count);
    }

    [Fact]
    public async Task A_certificate_that_expired_is_refused()
    {
        using var authority = new TestAuthority();
        await using var server = await ScriptedServer.StartAsync();
        server.Show(
            authority.SignServer(
                DateTimeOffset.UtcNow.AddHours(-2),
                DateTimeOffset.UtcNow.AddHours(-1),
                "127.0.0.1"
            )
        );
        var error = await Assert.ThrowsAsync<ApiException>(() =>
            AskAsync(server, Trusting(server, authority.Pem))
        );
        Assert.Equal(ErrorReasons.Tls, error.Reason);
    }

    [Fact]
    public async Task An_authority_that_is_not_its_own_issuer_is_good_enough_where_it_is_named()
    {
        using var root = new TestAuthority("root");
        using var middle = new TestAuthority("middle", root);
        await using var server = await ScriptedServer.StartAsync();
        server.Show(middle.SignServer("127.0.0.1"));
        await AskAsync(server, Trusting(server, middle.Pem));
        await AskAsync(server, Trusting(server, middle.Pem + root.Pem));
        await Assert.ThrowsAsync<ApiException>(() => AskAsync(server, Trusting(server, root.Pem)));
    }

    [Fact]
    public async Task An_authority_that_was_renewed_in_its_file_is_read_again()
    {
        using var before = new TestAuthority("before");
        using var after = new TestAuthority("after");
        var file = _files.Write("ca.crt", before.Pem);
        await using var server = await ScriptedServer.StartAsync();
        server.Show(after.SignServer("127.0.0.1"));
        var trust = new ServerTrust(new PemSource(file, null), isInsecure: false);
        trust.Load();
        var configuration = new ClusterConfiguration("test", server.Url, trust);
        await Assert.ThrowsAsync<ApiException>(() => AskAsync(server, configuration));
        _files.Write("ca.crt", before.Pem + after.Pem);
        await AskAsync(server, configuration);
    }

    [Fact]
    public async Task An_insecure_server_is_trusted_where_that_is_said()
    {
        await using var server = await ScriptedServer.StartAsync(names: "elsewhere");
        await AskAsync(
            server,
            new ClusterConfiguration("test", server.Url, new ServerTrust(null, isInsecure: true))
        );
    }

    [Fact]
    public async Task A_proxy_is_tunnelled_through_with_the_same_checks_and_certificate()
    {
        await using var server = await ScriptedServer.StartAsync(asksForCertificate: true);
        await using var proxy = new ConnectProxy();
        using var authority = new TestAuthority();
        var (certificate, key) = authority.SignClient("me");
        var trusting = new ClusterConfiguration("test", server.Url, server.Configuration().Trust)
        {
            Proxy = new WebProxy(proxy.Url),
            Certificate = new ClientCertificate(new PemSource("c", certificate), new PemSource("k", key)),
        };
        var seen = await AskAsync(server, trusting);
        Assert.Equal("HTTP/2", seen.Protocol);
        Assert.Equal("CN=me", seen.ClientCertificate!.Subject);
        Assert.Equal([$"CONNECT {server.Url.Authority} HTTP/1.1"], proxy.Requests);
        var doubting = new ClusterConfiguration("test", server.Url, Trusting(server, authority.Pem).Trust)
        {
            Proxy = new WebProxy(proxy.Url),
        };
        var error = await Assert.ThrowsAsync<ApiException>(() => AskAsync(server, doubting));
        Assert.Equal(ErrorReasons.Tls, error.Reason);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_apart()
    {
        await using var server = await ScriptedServer.StartAsync();
        var configuration = new ClusterConfiguration(
            "test",
            new Uri("https://127.0.0.1:1/"),
            server.Configuration().Trust
        );
        var error = await Assert.ThrowsAsync<ApiException>(() => AskAsync(server, configuration));
        Assert.Equal(ErrorReasons.Connection, error.Reason);
        Assert.Contains("Connection refused", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        403,
        "{\"message\":\"pods is forbidden:\\nno\",\"code\":403}",
        "answered 403: pods is forbidden: no"
    )]
    [InlineData(302, "<html>", "answered 302")]
    [InlineData(500, "[[[[", "answered 500")]
    [InlineData(503, "{\"message\":5}", "answered 503")]
    public async Task An_answer_that_is_not_200_is_an_error_with_what_the_server_said(
        int code,
        string body,
        string message
    )
    {
        await using var server = await ScriptedServer.StartAsync();
        var error = await Assert.ThrowsAsync<ApiException>(() =>
            AskAsync(server, server.Configuration(), code, body)
        );
        Assert.Equal((code, message), (error.Code, error.Message));
    }

    public void Dispose() => _files.Dispose();

    private static ClusterConfiguration Trusting(ScriptedServer server, string pem)
    {
        var trust = new ServerTrust(new PemSource("the file", pem), isInsecure: false);
        trust.Load();
        return new ClusterConfiguration("test", server.Url, trust);
    }

    // Asks for pods; the server gives the answer.
    private static async Task<ScriptedRequest> AskAsync(
        ScriptedServer server,
        ClusterConfiguration configuration,
        int code = 200,
        string body = "{}"
    )
    {
        var patience = new ApiPatience { Connect = Patience.Limit };
        using var client = new ApiClient(configuration, patience, TimeProvider.System);
        using var timer = new RequestTimer(TimeProvider.System, Patience.Limit, default);
        var asked = client.GetAsync(
            new ApiRequest("api/v1/pods", "application/json", false),
            timer,
            _ => { }
        );
        if (await Task.WhenAny(asked, server.WaitAsync()) == asked)
        {
            await asked;
        }

        var request = await server.NextAsync();
        await request.AnswerAsync(code, body);
        (await asked).Dispose();
        return request;
    }
}
