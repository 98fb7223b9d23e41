using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using NetMon.Agent.Options;

namespace NetMon.Agent.Tests.Api.Access;

public sealed class TlsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("netmon-tls-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_certificate_that_rotates_is_shown_to_who_comes_and_breaks_no_connection()
    {
        // As kubelet writes a Secret: files are links through ..data, which is swapped as a whole.
        using var first = new TestCertificates(NewVersion("v1"));
        var data = Path.Combine(_directory, "..data");
        Directory.CreateSymbolicLink(data, "v1");
        await using var server = await GuardedServer.StartAsync(options =>
        {
            options.Tls.Certificate = Path.Combine(data, "tls.crt");
            options.Tls.Key = Path.Combine(data, "tls.key");
        });
        var shown = new List<string>();
        var staying = server.Client(tls: true, seen: certificate => shown.Add(certificate.SerialNumber));
        Assert.Equal("ok", await staying.GetStringAsync(GuardedServer.Read));
        using var stream = await staying.GetAsync(
            GuardedServer.Stream,
            HttpCompletionOption.ResponseHeadersRead
        );

        using var second = new TestCertificates(NewVersion("v2"));
        var serial = second.WriteServer(TimeSpan.FromDays(90));
        Directory.CreateSymbolicLink(data + "_tmp", "v2");
        using (var move = Process.Start("mv", ["-T", data + "_tmp", data]))
        {
            await move.WaitForExitAsync();
            Assert.Equal(0, move.ExitCode);
        }

        var seen = "";
        var patience = DateTime.UtcNow.AddSeconds(30);
        while (seen != serial)
        {
            Assert.True(DateTime.UtcNow < patience);
            var client = server.Client(tls: true, seen: certificate => seen = certificate.SerialNumber);
            Assert.Equal("ok", await client.GetStringAsync(GuardedServer.Read));
            await Task.Delay(50);
        }

        var next = await stream.Content.ReadAsStreamAsync();
        var reading = next.ReadAsync(new byte[1]).AsTask();
        Assert.Equal("ok", await staying.GetStringAsync(GuardedServer.Read));
        Assert.False(reading.IsCompleted, "the stream went on");

        var expiry = Expiry(server);
        Assert.InRange(expiry - DateTimeOffset.UtcNow, TimeSpan.FromDays(89), TimeSpan.FromDays(91));
    }

    [Fact]
    public async Task A_key_that_is_not_the_certificates_leaves_the_old_ones_in_use()
    {
        using var certificates = new TestCertificates(_directory);
        await using var server = await StartAsync(certificates);
        await File.WriteAllTextAsync(certificates.KeyFile, "broken");
        await Task.Delay(1100); // The files are looked at once a second.

        Assert.Equal("ok", await server.Client(tls: true).GetStringAsync(GuardedServer.Read));
    }

    [Fact]
    public async Task Whole_conversations_go_through_TLS()
    {
        using var certificates = new TestCertificates(_directory);
        await using var server = await StartAsync(certificates);
        var client = server.Client(tls: true);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("ok", await client.GetStringAsync(GuardedServer.Read));
        }

        Assert.Equal(
            20,
            (
                await Task.WhenAll(
                    Enumerable.Range(0, 20).Select(_ => client.GetStringAsync(GuardedServer.Read))
                )
            ).Length
        );
    }

    [Fact]
    public async Task Who_speaks_no_TLS_or_an_old_one_is_turned_away()
    {
        using var certificates = new TestCertificates(_directory);
        await using var server = await StartAsync(certificates);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() =>
            server.Client().GetStringAsync(GuardedServer.Open)
        );
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Address);
        await using var tls = new SslStream(socket.GetStream());
#pragma warning disable SYSLIB0039, CA5397, CA5398 // What is to be refused.
        await Assert.ThrowsAnyAsync<Exception>(() =>
            tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
                    EnabledSslProtocols = SslProtocols.Tls11,
                }
            )
        );
#pragma warning restore SYSLIB0039, CA5397, CA5398
        Assert.Equal("ok", await server.Client(tls: true).GetStringAsync(GuardedServer.Open));
    }

    [Fact]
    public async Task A_handshake_that_does_not_end_is_ended()
    {
        using var certificates = new TestCertificates(_directory);
        await using var server = await StartAsync(certificates, TimeSpan.FromSeconds(1));
        using var silent = new TcpClient();
        await silent.ConnectAsync(server.Address);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1], patience.Token));
        Assert.Equal(1, await server.RefusedAsync("tls_handshake", 1));
    }

    private static Task<GuardedServer> StartAsync(
        TestCertificates certificates,
        TimeSpan? requestTimeout = null
    ) =>
        GuardedServer.StartAsync(options =>
        {
            options.Tls.Certificate = certificates.CertificateFile;
            options.Tls.Key = certificates.KeyFile;
            options.Limits.RequestTimeout = requestTimeout ?? TimeSpan.FromMinutes(1);
        });

    private static DateTimeOffset Expiry(GuardedServer server)
    {
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        server.Registry.Write(text, NetMon.Core.Metrics.ExpositionFormat.PrometheusText);
        var line = System
            .Text.Encoding.UTF8.GetString(text.WrittenSpan)
            .Split('\n')
            .Single(each =>
                each.StartsWith("netmon_tls_certificate_expiry_seconds ", StringComparison.Ordinal)
            );
        return DateTimeOffset.FromUnixTimeSeconds(
            (long)double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)
        );
    }

    private string NewVersion(string name) =>
        Directory.CreateDirectory(Path.Combine(_directory, name)).FullName;
}
