using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;
using NetMon.Lab.ApiServer.Resources;

namespace NetMon.Lab.Tests.ApiServer;

public sealed class ObjectTests : IAsyncLifetime
{
    private KubeApiServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await KubeApiServer.StartAsync(new() { PodShutdown = null });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Every_resource_can_be_created_read_and_deleted()
    {
        using var client = new ApiClient(_server);
        foreach (var type in ResourceTable.All)
        {
            var collection = type.Root + (type.Namespaced ? "/namespaces/shop/" : "/") + type.Plural;
            var item = new JsonObject
            {
                ["apiVersion"] = type.ApiVersion,
                ["kind"] = type.Kind,
                ["metadata"] = new JsonObject { ["name"] = "x" },
            };
            Assert.Equal(HttpStatusCode.Created, await SendAsync(client, HttpMethod.Post, collection, item));
            Assert.Equal(HttpStatusCode.Conflict, await SendAsync(client, HttpMethod.Post, collection, item));
            var (_, read) = await client.GetAsync($"{collection}/x");
            Assert.Equal(type.Kind, (string?)read["kind"]);
            Assert.Equal(
                HttpStatusCode.OK,
                await SendAsync(client, HttpMethod.Delete, $"{collection}/x", null)
            );
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"{collection}/x")).Code);
        }
    }

    [Fact]
    public async Task A_replacement_of_an_older_version_conflicts()
    {
        using var client = new ApiClient(_server);
        _server.Apply(ApiClient.Pod("a"));
        var old = _server.Get("pods", "shop", "a")!;
        _server.Apply(ApiClient.Pod("a", app: "other"));
        const string Path = "/api/v1/namespaces/shop/pods/a";
        Assert.Equal(HttpStatusCode.Conflict, await SendAsync(client, HttpMethod.Put, Path, old));
        var current = _server.Get("pods", "shop", "a")!;
        Assert.Equal(HttpStatusCode.OK, await SendAsync(client, HttpMethod.Put, Path, current));
    }

    [Fact]
    public async Task A_merge_patch_sets_and_removes()
    {
        using var client = new ApiClient(_server);
        _server.Apply(ApiClient.Pod("a"));
        using var request = new HttpRequestMessage(HttpMethod.Patch, "/api/v1/namespaces/shop/pods/a");
        request.Content = new StringContent(
            """{"metadata":{"labels":{"app":null,"new":"1"}}}""",
            Encoding.UTF8,
            "application/merge-patch+json"
        );
        using var answer = await client.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var labels = _server.Get("pods", "shop", "a")!["metadata"]!["labels"]!.AsObject();
        Assert.Null(labels["app"]);
        Assert.Equal("1", (string?)labels["new"]);
    }

    [Fact]
    public async Task A_deleted_pod_stays_until_its_kubelet_ends_it()
    {
        using var client = new ApiClient(_server);
        _server.Apply(ApiClient.Pod("a"));
        const string Path = "/api/v1/namespaces/shop/pods/a";
        await SendAsync(client, HttpMethod.Delete, Path, null);
        var ending = _server.Get("pods", "shop", "a")!;
        Assert.NotNull(ending["metadata"]!["deletionTimestamp"]);
        Assert.Equal("Running", (string?)ending["status"]!["phase"]);
        PodLife.Terminate(ending, DateTimeOffset.UnixEpoch.AddYears(60), exitCode: 137);
        _server.Apply(ending);
        var ended = _server.Get("pods", "shop", "a")!;
        Assert.Equal("Failed", (string?)ended["status"]!["phase"]);
        var state = ended["status"]!["containerStatuses"]![0]!["state"]!["terminated"]!;
        Assert.Equal("2030-01-01T00:00:00Z", (string?)state["finishedAt"]);
        await SendAsync(client, HttpMethod.Delete, $"{Path}?gracePeriodSeconds=0", null);
        Assert.Null(_server.Get("pods", "shop", "a"));
    }

    [Fact]
    public void A_built_pod_has_what_a_kubelet_writes()
    {
        var pod = ApiClient.Pod("a");
        var status = pod["status"]!;
        Assert.Equal("Running", (string?)status["phase"]);
        Assert.Equal("10.1.0.5", (string?)status["podIPs"]![0]!["ip"]);
        Assert.NotNull(status["startTime"]);
        var conditions = status["conditions"]!.AsArray().Select(item => $"{item!["type"]}={item["status"]}");
        Assert.Contains("PodReadyToStartContainers=True", conditions);
        Assert.Contains("Ready=True", conditions);
        Assert.NotNull(status["containerStatuses"]![0]!["state"]!["running"]!["startedAt"]);
    }

    [Fact]
    public async Task Hostile_objects_are_kept_and_served_as_JSON_that_can_be_read()
    {
        using var client = new ApiClient(_server);
        var count = 0;
        foreach (var item in HostileObjects.All)
        {
            _server.Apply(item);
            count++;
        }

        Assert.Equal(count, _server.Count("pods"));
        var text = await client.Http.GetByteArrayAsync("/api/v1/pods");
        Assert.True(text.Length > 10_000_000);
        using var list = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 2000 });
        Assert.Equal(count, list.RootElement.GetProperty("items").GetArrayLength());
        using var watch = await client.WatchAsync("/api/v1/pods?watch=true");
        for (var index = 0; index < count; index++)
        {
            using var frame = JsonDocument.Parse(
                (await watch.LineAsync())!,
                new JsonDocumentOptions { MaxDepth = 2000 }
            );
            Assert.Equal("ADDED", frame.RootElement.GetProperty("type").GetString());
        }
    }

    [Fact]
    public async Task A_hundred_thousand_pods_are_held_and_listed()
    {
        const int Pods = 100_000;
        for (var index = 0; index < Pods; index++)
        {
            _server.Apply(
                ApiClient.Pod($"web-{index}", ip: $"10.{index >> 16}.{(index >> 8) & 255}.{index & 255}")
            );
        }

        using var client = new ApiClient(_server);
        client.Http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        using var list = await client.SendAsync("/api/v1/pods?resourceVersion=0");
        var packed = await list.Content.ReadAsByteArrayAsync();
        Assert.InRange(packed.Length, 1_000_000, 100_000_000);
        using var page = await client.SendAsync("/api/v1/pods?limit=500");
        await using var unpacking = new System.IO.Compression.GZipStream(
            await page.Content.ReadAsStreamAsync(),
            System.IO.Compression.CompressionMode.Decompress
        );
        var first = (await JsonNode.ParseAsync(unpacking))!.AsObject();
        Assert.Equal(500, ApiClient.Names(first).Count());
        Assert.Equal(Pods - 500, (int)first["metadata"]!["remainingItemCount"]!);
    }

    private static async Task<HttpStatusCode> SendAsync(
        ApiClient client,
        HttpMethod method,
        string path,
        JsonObject? body
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body);
        using var answer = await client.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
