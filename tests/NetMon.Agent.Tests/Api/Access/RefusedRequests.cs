using System.Net;
using System.Text;
using System.Text.Json;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Api.Limits;
using NetMon.Core.Tests;
using Xunit.Abstractions;

namespace NetMon.Agent.Tests.Api.Access;

/// <summary>Asks for everything that must be refused, and writes down what is answered: the table of docs/security.md.</summary>
public sealed class RefusedRequests(ITestOutputHelper output) : IDisposable
{
    private const string ReadToken = "read-token-0123456789";
    private const string Host = "Host: localhost\r\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("netmon-refused-").FullName;
    private readonly StringBuilder _table = new(
        "| Who asks for what | Answer | Counted as | What is said |\n|---|---|---|---|\n"
    );
    private GuardedServer _server = null!;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [SkippableFact]
    public async Task The_document_lists_what_is_refused_and_how()
    {
        var foreign = GuardedServer.ForeignAddress();
        Skip.If(foreign is null, "this machine has loopback addresses only");
        using var certificates = new TestCertificates(_directory);
        await File.WriteAllTextAsync(Path.Combine(_directory, "tokens"), $"prometheus read {ReadToken}");
        await using var cluster = await ReviewServer.StartAsync(_directory);
        cluster.Users["pod-token"] = "system:serviceaccount:shop:web";

        await using (_server = await GuardedServer.StartAsync(listen: IPAddress.Any))
        {
            await AskAsync(
                "another machine, without TLS: flows",
                _server.Client(foreign),
                GuardedServer.Read
            );
            var claiming = _server.Client(foreign);
            claiming.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", "127.0.0.1");
            await AskAsync("the same, claiming to come from 127.0.0.1", claiming, GuardedServer.Read);
            await AskAsync("this machine, without TLS: a change", _server.Client(), GuardedServer.Admin);
            var rebound = _server.Client();
            rebound.DefaultRequestHeaders.Host = "rebound.example.com";
            await AskAsync(
                "this machine's browser, by a name of a stranger's DNS",
                rebound,
                GuardedServer.Read
            );
        }

        await using (
            _server = await GuardedServer.StartAsync(
                options => WithAll(options, certificates),
                cluster.Open()
            )
        )
        {
            await AskAsync(
                "another machine, over TLS, without a credential",
                _server.Client(foreign, tls: true),
                GuardedServer.Read
            );
            await AskAsync(
                "with a token that nobody knows",
                Bearing("no-token-0123456789"),
                GuardedServer.Read
            );
            await AskAsync("with a reader's token: a change", Bearing(ReadToken), GuardedServer.Admin);
            await AskAsync(
                "with a pod's token that no ClusterRole lets in",
                Bearing("pod-token"),
                GuardedServer.Read
            );
            cluster.Status = 500;
            await AskAsync("while the API server fails", Bearing("later-token"), GuardedServer.Read);
            using var expired = certificates.Client("CN=alice", expired: true);
            await AskAsync(
                "with a client certificate that expired",
                _server.Client(tls: true, certificate: expired),
                GuardedServer.Read
            );
            using var mallory = certificates.Client("CN=mallory");
            await AskAsync(
                "with one whose subject is in no list",
                _server.Client(tls: true, certificate: mallory),
                GuardedServer.Read
            );
            await CloseAsync("plain HTTP where TLS is spoken", "GET / HTTP/1.1\r\n\r\n", "tls_handshake");
        }

        await using (_server = await GuardedServer.StartAsync(WithTightLimits))
        {
            await SendAsync(
                "a first line of 9,000 bytes",
                $"GET /{new string('x', 9000)} HTTP/1.1\r\n{Host}\r\n"
            );
            await SendAsync(
                "headers of 20,000 bytes",
                $"GET / HTTP/1.1\r\n{Host}X: {new string('x', 20_000)}\r\n\r\n"
            );
            await SendAsync(
                "a body of 70,000 bytes",
                $"GET /metrics HTTP/1.1\r\n{Host}Content-Length: 70000\r\n\r\n"
            );
        }

        await using (
            _server = await GuardedServer.StartAsync(o => o.Limits.RequestTimeout = TimeSpan.FromSeconds(1))
        )
        {
            await SendAsync("headers that do not end in time", $"GET / HTTP/1.1\r\n{Host}X-Slow: ");
        }

        await using (_server = await GuardedServer.StartAsync(WithTightLimits))
        {
            await SendAsync("what is no HTTP", "nonsense\r\n\r\n");
            using var first = await StreamAsync(_server.Client());
            await AskAsync("a client's second stream of 1", _server.Client(), GuardedServer.Stream);
            using var second = await StreamAsync(_server.Client(IPAddress.Parse("127.0.0.2")));
            await AskAsync(
                "the third stream of 2",
                _server.Client(IPAddress.Parse("127.0.0.3")),
                GuardedServer.Stream
            );
        }

        await using (_server = await GuardedServer.StartAsync(o => o.Limits.ConnectionsPerClient = 1))
        {
            using var silent = new RawConnection(_server.Address);
            await _server.HasConnectionsAsync(1);
            using var other = await StreamAsync(_server.Client());
            Row(
                "a silent connection, when its client opens another of 1",
                "closed",
                "idle_connection",
                await silent.ReadToEndAsync()
            );
            await CloseAsync("a client's second connection of 1, the first in use", "", "client_connections");
        }

        output.WriteLine(_table.ToString());
        DocumentedPart.Check("docs/security.md", "refused", _table.ToString());
    }

    private static async Task<HttpResponseMessage> StreamAsync(HttpClient client)
    {
        var response = await client.GetAsync(GuardedServer.Stream, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }

    private async Task AskAsync(string who, HttpClient client, Uri path)
    {
        var before = Counts();
        using var request = new HttpRequestMessage(
            path == GuardedServer.Admin ? HttpMethod.Post : HttpMethod.Get,
            path
        );
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.False(response.IsSuccessStatusCode, who);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Row(
            who,
            $"{(int)response.StatusCode}",
            await CountedAsync(before),
            body.RootElement.GetProperty("error").GetString()!
        );
    }

    private async Task SendAsync(string who, string text)
    {
        var before = Counts();
        using var connection = new RawConnection(_server.Address);
        await connection.SendAsync(text);
        var line = await connection.ReadLineAsync();
        Assert.StartsWith("HTTP/1.1 4", line, StringComparison.Ordinal);
        Row(who, line.Split(' ')[1], await CountedAsync(before), line[(line.IndexOf(' ') + 5)..]);
    }

    private async Task CloseAsync(string who, string text, string reason)
    {
        var before = Counts();
        using var connection = new RawConnection(_server.Address);
        if (text.Length > 0)
        {
            await connection.SendAsync(text);
        }

        Assert.DoesNotContain("HTTP/1.1", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(reason, await CountedAsync(before));
        Row(who, "closed", reason, "");
    }

    private void Row(string who, string answer, string counted, string said) =>
        _table.Append($"| {who} | {answer} | `{counted}` | {said} |\n");

    private Dictionary<string, long> Counts() =>
        NetMon.Agent.Api.Limits.RefusalReasons.All.ToDictionary(
            reason => reason,
            _server.Guard.Refusals.Read
        );

    private async Task<string> CountedAsync(Dictionary<string, long> before)
    {
        // Some is counted only after the answer.
        var patience = DateTime.UtcNow.AddSeconds(30);
        var after = Counts();
        while (DateTime.UtcNow < patience && after.All(count => count.Value == before[count.Key]))
        {
            await Task.Delay(2);
            after = Counts();
        }

        return Assert.Single(after.Keys, reason => after[reason] > before[reason]);
    }

    private HttpClient Bearing(string token)
    {
        var client = _server.Client(tls: true);
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private void WithAll(ApiOptions options, TestCertificates certificates)
    {
        options.Tls.Certificate = certificates.CertificateFile;
        options.Tls.Key = certificates.KeyFile;
        options.Tls.ClientCa = certificates.AuthorityFile;
        options.Auth.CertificateReaders = ["CN=alice"];
        options.Auth.TokenFile = Path.Combine(_directory, "tokens");
        options.Auth.Kubernetes = true;
    }

    private static void WithTightLimits(ApiOptions options)
    {
        options.Limits.RequestTimeout = TimeSpan.FromMinutes(1);
        options.Limits.Streams = 2;
        options.Limits.StreamsPerClient = 1;
    }
}
