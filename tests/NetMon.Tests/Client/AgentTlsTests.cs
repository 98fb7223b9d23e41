using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Tests.Api.Access;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Client;

public sealed class AgentTlsTests : IAsyncLifetime, IDisposable
{
    private const string Token = "token-0123456789abcdef";

    private readonly string _directory = Directory.CreateTempSubdirectory("netmon-client-").FullName;
    private readonly TestCertificates _certificates;
    private WebApplication _app = null!;
    private string? _authorization;
    private string? _client;

    public AgentTlsTests()
    {
        _certificates = new TestCertificates(_directory);
        File.WriteAllText(TokenFile, Token + "\n");
    }

    private string TokenFile => Path.Combine(_directory, "token");

    private string Address => _app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        using var own = X509Certificate2.CreateFromPemFile(
            _certificates.CertificateFile,
            _certificates.KeyFile
        );
        var certificate = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), null);
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                System.Net.IPAddress.Loopback,
                0,
                listen =>
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificate = certificate;
                        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                        https.AllowAnyClientCertificate();
                    })
            )
        );
        _app = builder.Build();
        _app.Run(async context =>
        {
            _authorization = context.Request.Headers.Authorization;
            _client = context.Connection.ClientCertificate?.Subject;
            await context.Response.WriteAsync(FlowText.List());
        });
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public void Dispose()
    {
        _certificates.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task An_agent_is_asked_over_TLS_with_a_token_and_a_certificate()
    {
        var (certificate, key) = _certificates.WriteClient("CN=alice", "alice");
        var (code, errors) = await RunAsync(
            "--server",
            Address,
            "--ca",
            _certificates.AuthorityFile,
            "--token-file",
            TokenFile,
            "--cert",
            certificate,
            "--key",
            key
        );

        Assert.Equal((0, "netmon: no active flows\n"), (code, errors));
        Assert.Equal("Bearer " + Token, _authorization);
        Assert.Equal("CN=alice", _client);
    }

    [Fact]
    public async Task An_agent_whose_certificate_is_a_strangers_gets_no_token()
    {
        var (code, errors) = await RunAsync("--server", Address, "--token-file", TokenFile);

        Assert.Equal(1, code);
        Assert.StartsWith($"netmon: no TLS with the agent at {Address}: ", errors, StringComparison.Ordinal);
        Assert.Contains("--ca", errors, StringComparison.Ordinal);
        Assert.Null(_authorization);
    }

    [Fact]
    public async Task Who_speaks_TLS_with_an_agent_that_does_not_or_the_other_way_is_told_what_to_ask()
    {
        await using var plain = await FakeAgent.StartAsync();

        var (code, errors) = await RunAsync("--server", $"https://{plain.Address}");
        Assert.Equal(
            (
                1,
                $"netmon: what listens at https://{plain.Address} does not speak TLS\nask it without https://, or give the agent a certificate (api.tls, docs/security.md)\n"
            ),
            (code, errors)
        );

        (code, errors) = await RunAsync("--server", Address["https://".Length..]);
        Assert.Equal(1, code);
        Assert.Contains($"ask it with --server {Address}", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_is_never_sent_without_TLS()
    {
        var (code, errors) = await RunAsync("--server", "127.0.0.1:1", "--token-file", TokenFile);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("over TLS only", errors, StringComparison.Ordinal);
        Assert.Contains("https://127.0.0.1:1", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_with_the_options()
    {
        var (code, errors) = await RunAsync("--server", Address, "--token-file", "/no/such/file");

        Assert.Equal(1, code);
        Assert.Contains("/no/such/file", errors, StringComparison.Ordinal);
        Assert.Contains("NETMON_TOKEN_FILE", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new CapturedOutput();
        var code = await FlowsVerb.Create(() => output.Target).Parse(arguments).InvokeAsync();
        return (code, output.Errors);
    }
}
