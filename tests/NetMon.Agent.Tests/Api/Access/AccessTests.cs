using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using NetMon.Agent.Options;

namespace NetMon.Agent.Tests.Api.Access;

public sealed class AccessTests : IDisposable
{
    private const string ReadToken = "read-token-0123456789";
    private const string AdminToken = "admin-token-0123456789";

    private readonly string _directory = Directory.CreateTempSubdirectory("netmon-access-").FullName;
    private readonly TestCertificates _certificates;

    public AccessTests() => _certificates = new TestCertificates(_directory);

    public void Dispose()
    {
        _certificates.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [SkippableFact]
    public async Task Without_TLS_another_machine_gets_metrics_and_health_alone()
    {
        var foreign = Foreign();
        await using var server = await GuardedServer.StartAsync(listen: IPAddress.Any);
        var client = server.Client(foreign);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, GuardedServer.Open)).Status);
        var (status, _, error) = await GetAsync(client, GuardedServer.Read);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("on this machine only", error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(client, GuardedServer.Admin)).Status);
        Assert.Equal(2, server.Guard.Refusals.Read("remote") + server.Guard.Refusals.Read("not_admin"));
    }

    [SkippableFact]
    public async Task A_header_makes_nobody_a_process_of_this_machine()
    {
        var foreign = Foreign();
        await using var server = await GuardedServer.StartAsync(listen: IPAddress.Any);
        var client = server.Client(foreign);
        foreach (var header in (string[])["X-Forwarded-For", "X-Real-IP", "Forwarded", "Host"])
        {
            client.DefaultRequestHeaders.Clear();
            client.DefaultRequestHeaders.TryAddWithoutValidation(header, "127.0.0.1");
            Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(client, GuardedServer.Read)).Status);
        }
    }

    [SkippableFact]
    public async Task A_process_of_this_machine_may_ask_at_any_of_its_addresses()
    {
        var own = Foreign();
        await using var server = await GuardedServer.StartAsync(listen: IPAddress.Any);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(server.Client(), GuardedServer.Read)).Status);
        Assert.Equal(
            HttpStatusCode.OK,
            (await GetAsync(server.Client(from: own, to: own), GuardedServer.Read)).Status
        );
    }

    [Fact]
    public async Task A_page_in_a_browser_cannot_ask_by_a_name_of_its_own()
    {
        await using var server = await GuardedServer.StartAsync();
        var client = server.Client();
        foreach (
            var (host, expected) in new[]
            {
                ("rebound.example.com", HttpStatusCode.Forbidden),
                ($"{Environment.MachineName}.example.com", HttpStatusCode.Forbidden),
                (Environment.MachineName, HttpStatusCode.OK),
                ("localhost:9990", HttpStatusCode.OK),
                ("127.0.0.1", HttpStatusCode.OK),
                ("[::1]:9990", HttpStatusCode.OK),
            }
        )
        {
            client.DefaultRequestHeaders.Host = host;
            Assert.Equal(expected, (await GetAsync(client, GuardedServer.Read)).Status);
        }
    }

    [SkippableFact]
    public async Task Without_a_credential_TLS_is_answered_401_and_told_how()
    {
        var foreign = Foreign();
        await using var server = await GuardedServer.StartAsync(WithTokens, listen: IPAddress.Any);
        var client = server.Client(foreign, tls: true);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, GuardedServer.Open)).Status);
        var (status, challenge, error) = await GetAsync(client, GuardedServer.Read);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("Bearer realm=\"netmon\"", challenge);
        Assert.Contains("bearer token", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_lets_in_as_far_as_its_role_goes()
    {
        await using var server = await GuardedServer.StartAsync(WithTokens);
        var reader = Bearing(server, ReadToken);
        var admin = Bearing(server, AdminToken);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(reader, GuardedServer.Read)).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(admin, GuardedServer.Read)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(admin, GuardedServer.Admin)).Status);
        var (status, challenge, error) = await PostAsync(reader, GuardedServer.Admin);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Equal("Bearer realm=\"netmon\", error=\"insufficient_scope\"", challenge);
        Assert.Contains("prometheus may read only", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bearer wrong-token-0123456789")]
    [InlineData("Bearer ")]
    [InlineData("Basic cmVhZDp0b2tlbg==")]
    [InlineData("Bearer read-token-0123456789x")]
    public async Task A_wrong_credential_is_refused_even_on_this_machine(string authorization)
    {
        await using var server = await GuardedServer.StartAsync(WithTokens);
        var client = server.Client(tls: true);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);

        var (status, challenge, _) = await GetAsync(client, GuardedServer.Read);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("Bearer realm=\"netmon\", error=\"invalid_token\"", challenge);
    }

    [Fact]
    public async Task A_token_without_TLS_is_not_looked_at()
    {
        await using var server = await GuardedServer.StartAsync();
        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await PostAsync(Bearing(server, AdminToken, tls: false), GuardedServer.Admin)).Status
        );
    }

    [Fact]
    public async Task In_mode_all_this_machine_needs_a_credential_too()
    {
        await using var secure = await GuardedServer.StartAsync(options =>
        {
            WithTokens(options);
            options.Auth.Mode = CredentialMode.All;
        });
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await GetAsync(secure.Client(tls: true), GuardedServer.Read)).Status
        );
        await using var plain = await GuardedServer.StartAsync(options =>
            options.Auth.Mode = CredentialMode.All
        );
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(plain.Client(), GuardedServer.Read)).Status);
    }

    [Fact]
    public async Task Tokens_change_with_their_file_and_a_wrong_file_changes_nothing()
    {
        await using var server = await GuardedServer.StartAsync(WithTokens);
        var file = Path.Combine(_directory, "tokens");
        await File.WriteAllTextAsync(file, "nonsense");
        await Task.Delay(1100); // The file is looked at once a second.
        var client = Bearing(server, ReadToken);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, GuardedServer.Read)).Status);

        await File.WriteAllTextAsync(file, "other read other-token-0123456789");
        var patience = DateTime.UtcNow.AddSeconds(30);
        while ((await GetAsync(client, GuardedServer.Read)).Status != HttpStatusCode.Unauthorized)
        {
            Assert.True(DateTime.UtcNow < patience);
            await Task.Delay(50);
        }
    }

    [Theory]
    [InlineData("CN=alice", HttpStatusCode.OK, HttpStatusCode.Forbidden)]
    [InlineData("CN=bob,O=operators", HttpStatusCode.OK, HttpStatusCode.OK)]
    [InlineData("CN=mallory", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    public async Task A_client_certificate_lets_in_as_its_subject_is_listed(
        string subject,
        HttpStatusCode read,
        HttpStatusCode admin
    )
    {
        await using var server = await GuardedServer.StartAsync(WithCertificates);
        using var certificate = _certificates.Client(subject);
        var client = server.Client(tls: true, certificate: certificate);

        Assert.Equal(read, (await GetAsync(client, GuardedServer.Read)).Status);
        Assert.Equal(admin, (await PostAsync(client, GuardedServer.Admin)).Status);
    }

    [Fact]
    public async Task A_certificate_that_expired_or_is_of_somebody_else_is_no_credential()
    {
        await using var server = await GuardedServer.StartAsync(WithCertificates);
        using var expired = _certificates.Client("CN=alice", expired: true);
        var (status, _, error) = await GetAsync(
            server.Client(tls: true, certificate: expired),
            GuardedServer.Read
        );
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("expired", error, StringComparison.Ordinal);

        var elsewhere = Directory.CreateDirectory(Path.Combine(_directory, "other")).FullName;
        using var other = new TestCertificates(elsewhere);
        using var forged = other.Client("CN=alice");
        (status, _, _) = await GetAsync(server.Client(tls: true, certificate: forged), GuardedServer.Read);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal(2, await server.RefusedAsync("bad_certificate", 2));
    }

    [Fact]
    public async Task The_cluster_says_whose_a_token_is_and_what_they_may()
    {
        await using var cluster = await ReviewServer.StartAsync(_directory);
        cluster.Users["pod-token"] = "system:serviceaccount:monitoring:prometheus";
        cluster.Allowed.Add("system:serviceaccount:monitoring:prometheus get /api/v1/flows");
        using var reviews = cluster.Open();
        await using var server = await GuardedServer.StartAsync(WithCluster, reviews);
        var client = Bearing(server, "pod-token");

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, GuardedServer.Read)).Status);
        var access = cluster.Requests.Last()["spec"]!;
        Assert.Equal("system:authenticated", (string)access["groups"]![0]!);
        Assert.Equal("pod-1", (string)access["extra"]!["example.org/pod"]![0]!);
        Assert.Equal("uid-1", (string)access["uid"]!);

        var asked = cluster.Requests.Count;
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(client, GuardedServer.Read)).Status);
        Assert.Equal(asked, cluster.Requests.Count);

        var (status, _, error) = await PostAsync(client, GuardedServer.Admin);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("ClusterRole", error, StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await GetAsync(Bearing(server, "unknown-token"), GuardedServer.Read)).Status
        );
    }

    [Fact]
    public async Task What_the_cluster_cannot_be_asked_is_refused()
    {
        await using var cluster = await ReviewServer.StartAsync(_directory);
        cluster.Users["pod-token"] = "system:admin";
        cluster.Status = 500;
        using var reviews = cluster.Open();
        await using var server = await GuardedServer.StartAsync(WithCluster, reviews);
        var client = Bearing(server, "pod-token");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(client, GuardedServer.Read)).Status);
        cluster.Status = 201;
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(client, GuardedServer.Read)).Status);
    }

    [Fact]
    public void Settings_that_cannot_work_are_told_at_the_start()
    {
        AssertRefused("go together", options => options.Tls.Certificate = _certificates.CertificateFile);
        AssertRefused("over TLS only", options => options.Auth.TokenFile = "/tokens");
        AssertRefused("/no-such-file", options => WithTls(options).Tls.Certificate = "/no-such-file");
        AssertRefused("certificate_readers", options => WithTls(options).Auth.CertificateReaders = ["CN=a"]);
        AssertRefused("no cluster", options => WithTls(options).Auth.Kubernetes = true);
        var tokens = Path.Combine(_directory, "short");
        File.WriteAllText(tokens, "name read short");
        AssertRefused("at least 16", options => WithTls(options).Auth.TokenFile = tokens);
    }

    private static void AssertRefused(string expected, Action<ApiOptions> configure)
    {
        var options = new ApiOptions();
        configure(options);
        var error = Assert.Throws<StartException>(() => GuardedServer.NewGuard(options));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static IPAddress Foreign()
    {
        var address = GuardedServer.ForeignAddress();
        Skip.If(address is null, "this machine has loopback addresses only");
        return address;
    }

    private static HttpClient Bearing(GuardedServer server, string token, bool tls = true)
    {
        var client = server.Client(tls: tls);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private ApiOptions WithTls(ApiOptions options)
    {
        options.Tls.Certificate = _certificates.CertificateFile;
        options.Tls.Key = _certificates.KeyFile;
        return options;
    }

    private void WithTokens(ApiOptions options)
    {
        WithTls(options).Auth.TokenFile = Path.Combine(_directory, "tokens");
        var hash = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(AdminToken))
        );
        File.WriteAllText(
            options.Auth.TokenFile,
            $"# who\nprometheus read {ReadToken}\n\noperator admin sha256:{hash}\n"
        );
    }

    private void WithCertificates(ApiOptions options)
    {
        WithTls(options).Tls.ClientCa = _certificates.AuthorityFile;
        options.Auth.CertificateReaders = ["CN=alice"];
        options.Auth.CertificateAdmins = ["O=operators"];
    }

    private void WithCluster(ApiOptions options) => WithTls(options).Auth.Kubernetes = true;

    private static async Task<(HttpStatusCode Status, string Challenge, string Error)> GetAsync(
        HttpClient client,
        Uri path
    ) => await ReadAsync(await client.GetAsync(path));

    private static async Task<(HttpStatusCode Status, string Challenge, string Error)> PostAsync(
        HttpClient client,
        Uri path
    ) => await ReadAsync(await client.PostAsync(path, null));

    private static async Task<(HttpStatusCode Status, string Challenge, string Error)> ReadAsync(
        HttpResponseMessage response
    )
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode)
            {
                return (response.StatusCode, "", "");
            }

            using var body = JsonDocument.Parse(text);
            return (
                response.StatusCode,
                response.Headers.WwwAuthenticate.ToString(),
                body.RootElement.GetProperty("error").GetString()!
            );
        }
    }
}
