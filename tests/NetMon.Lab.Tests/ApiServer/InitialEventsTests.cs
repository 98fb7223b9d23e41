using System.Net;
using NetMon.Lab.ApiServer;

namespace NetMon.Lab.Tests.ApiServer;

public sealed class InitialEventsTests
{
    private const string Pods = "/api/v1/pods";
    private const string Complete =
        "?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";

    [Theory]
    [InlineData("1.32")]
    [InlineData("1.36")]
    public async Task Newer_servers_stream_what_there_is_and_mark_the_end(string version)
    {
        await using var server = await StartAsync(version);
        using var client = new ApiClient(server);
        using var watch = await client.WatchAsync(Pods + Complete);
        await AssertStateAndEndAsync(server, watch);
    }

    [Theory]
    [InlineData("1.32")]
    [InlineData("1.36")]
    public async Task Newer_servers_refuse_it_without_a_match(string version)
    {
        await using var server = await StartAsync(version);
        using var client = new ApiClient(server);
        var (code, _) = await client.GetAsync(
            $"{Pods}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true"
        );
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
    }

    [Fact]
    public async Task An_old_server_refuses_the_match_and_ignores_the_rest()
    {
        await using var server = await StartAsync("1.26");
        using var client = new ApiClient(server);
        var (code, _) = await client.GetAsync(Pods + Complete);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, code);
        using var ignoring = await client.WatchAsync(
            $"{Pods}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true"
        );
        Assert.Equal(("ADDED", "a"), await ignoring.StepAsync());
        Assert.Equal(("ADDED", "b"), await ignoring.StepAsync());
        Assert.True(await ignoring.IsSilentAsync());
    }

    [Fact]
    public async Task Without_bookmarks_the_end_is_not_told()
    {
        await using var server = await StartAsync("1.32");
        using var client = new ApiClient(server);
        using var watch = await client.WatchAsync(
            $"{Pods}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
        );
        Assert.Equal(("ADDED", "a"), await watch.StepAsync());
        Assert.Equal(("ADDED", "b"), await watch.StepAsync());
        Assert.True(await watch.IsSilentAsync());
    }

    [Theory]
    [InlineData("1.32", false)]
    [InlineData("1.36", true)]
    public async Task Version_0_with_bookmarks_is_the_same_on_the_newest(string version, bool same)
    {
        await using var server = await StartAsync(version);
        using var client = new ApiClient(server);
        using var watch = await client.WatchAsync(
            $"{Pods}?watch=true&resourceVersion=0&allowWatchBookmarks=true"
        );
        if (same)
        {
            await AssertStateAndEndAsync(server, watch);
            return;
        }

        Assert.Equal(("ADDED", "a"), await watch.StepAsync());
        Assert.Equal(("ADDED", "b"), await watch.StepAsync());
        Assert.True(await watch.IsSilentAsync());
    }

    [Theory]
    [InlineData("1.32", Complete)]
    [InlineData("1.36", Complete)]
    [InlineData("1.36", "?watch=true&resourceVersion=0&allowWatchBookmarks=true")]
    public async Task On_an_old_etcd_it_ends_with_500_within_200(string version, string query)
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { Version = ApiVersion.Parse(version), OldEtcd = true }
        );
        using var client = new ApiClient(server);
        using var watch = await client.WatchAsync(Pods + query);
        var error = await watch.NextAsync();
        Assert.Equal("ERROR", (string?)error!["type"]);
        Assert.Equal(500, (int)error["object"]!["code"]!);
        Assert.EndsWith("RequestWatchProgress is disabled", (string?)error["object"]!["message"]);
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task A_version_still_to_come_is_504_within_200_after_a_while()
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { FutureVersionWait = TimeSpan.FromMilliseconds(50) }
        );
        using var client = new ApiClient(server);
        using var watch = await client.WatchAsync($"{Pods}{Complete}&resourceVersion=1000000");
        var error = await watch.NextAsync();
        Assert.Equal(504, (int)error!["object"]!["code"]!);
        Assert.StartsWith("Too large resource version", (string?)error["object"]!["message"]);
        Assert.Null(await watch.NextAsync());
    }

    private static async Task<KubeApiServer> StartAsync(string version)
    {
        var server = await KubeApiServer.StartAsync(
            new() { Version = ApiVersion.Parse(version), BookmarkInterval = null }
        );
        server.Apply(ApiClient.Pod("a"));
        server.Apply(ApiClient.Pod("b"));
        return server;
    }

    private static async Task AssertStateAndEndAsync(KubeApiServer server, Watcher watch)
    {
        Assert.Equal(("ADDED", "a"), await watch.StepAsync());
        Assert.Equal(("ADDED", "b"), await watch.StepAsync());
        var end = await watch.NextAsync();
        Assert.Equal("BOOKMARK", (string?)end!["type"]);
        var metadata = end["object"]!["metadata"]!;
        Assert.Equal("true", (string?)metadata["annotations"]!["k8s.io/initial-events-end"]);
        Assert.Equal(server.ResourceVersion.ToString(), (string?)metadata["resourceVersion"]);
        server.Apply(ApiClient.Pod("c"));
        Assert.Equal(("ADDED", "c"), await watch.StepAsync());
    }
}
