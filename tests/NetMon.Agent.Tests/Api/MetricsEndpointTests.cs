using System.IO.Compression;
using System.Text;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Tests.Api;

public sealed class MetricsEndpointTests
{
    [Theory]
    [InlineData(null, "text/plain; version=0.0.4; charset=utf-8", false)]
    [InlineData("*/*", "text/plain; version=0.0.4; charset=utf-8", false)]
    [InlineData(
        "application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        true
    )]
    public async Task The_format_is_negotiated(string? accept, string contentType, bool openMetrics)
    {
        await using var agent = await AgentUnderTest.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await agent.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        Assert.Equal(contentType, response.Content.Headers.GetValues("Content-Type").Single());
        Assert.Equal(openMetrics, text.EndsWith("# EOF\n", StringComparison.Ordinal));
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Contains("netmon_flows_active", text, StringComparison.Ordinal);
        Assert.Contains("process_resident_memory_bytes ", text, StringComparison.Ordinal);
        Assert.Contains("netmon_interfaces{kind=\"uplink\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("netmon_build_info{version=\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("deflate, gzip;q=1.0, *;q=0.5", true)]
    [InlineData("*", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("*, gzip;q=0.0", false)]
    [InlineData("br", false)]
    public async Task The_text_is_compressed_where_the_client_accepts_it(string accept, bool compressed)
    {
        await using var agent = await AgentUnderTest.StartAsync();
        for (var i = 0; i < 3000; i++)
        {
            agent.Source.Put(
                new TestFlow($"10.0.{i / 250}.{i % 250}:40000", "10.1.0.2:80").Record(
                    RecordReason.Open,
                    (1, 60)
                )
            );
        }

        await agent.HasFlowsAsync(3000);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accept);
        using var response = await agent.Client.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();

        Assert.Equal(compressed, response.Content.Headers.ContentEncoding.Contains("gzip"));
        var text = compressed ? Unzip(body) : Encoding.UTF8.GetString(body);
        Assert.Equal(
            3000,
            text.Split('\n').Count(line => line.StartsWith("netmon_bytes_total{", StringComparison.Ordinal))
        );
        Assert.True(!compressed || body.Length < text.Length / 5);
    }

    private static string Unzip(byte[] body)
    {
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }
}
