using System.Net;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;

namespace NetMon.Lab.Tests.ApiServer;

public sealed class WatchTests : IAsyncLifetime, IDisposable
{
    private const string Pods = "/api/v1/pods";
    private KubeApiServer _server = null!;
    private ApiClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await KubeApiServer.StartAsync(new() { BookmarkInterval = null });
        _client = new ApiClient(_server);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task A_watch_from_a_version_tells_what_came_after_it()
    {
        _server.Apply(ApiClient.Pod("before"));
        var version = _server.ResourceVersion;
        _server.Apply(ApiClient.Pod("between"));
        using var watch = await _client.WatchAsync($"{Pods}?watch=true&resourceVersion={version}");
        Assert.Equal(("ADDED", "between"), await watch.StepAsync());
        _server.Apply(ApiClient.Pod("between", app: "other"));
        _server.Delete("pods", "shop", "between");
        Assert.Equal(("MODIFIED", "between"), await watch.StepAsync());
        var deleted = await watch.NextAsync();
        Assert.Equal("DELETED", (string?)deleted!["type"]);
        Assert.Equal("other", (string?)deleted["object"]!["metadata"]!["labels"]!["app"]);
        Assert.Equal(
            _server.ResourceVersion.ToString(),
            (string?)deleted["object"]!["metadata"]!["resourceVersion"]
        );
    }

    [Fact]
    public async Task Objects_of_a_watch_have_kind_and_version_and_the_stream_is_not_compressed()
    {
        _server.Apply(ApiClient.Pod("a"));
        _client.Http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        using var watch = await _client.WatchAsync($"{Pods}?watch=1&resourceVersion=1");
        Assert.Empty(watch.Response.Content.Headers.ContentEncoding);
        var frame = await watch.NextAsync();
        Assert.Equal("Pod", (string?)frame!["object"]!["kind"]);
        Assert.Equal("v1", (string?)frame["object"]!["apiVersion"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&resourceVersion=0")]
    public async Task A_watch_without_a_version_begins_with_what_there_is(string version)
    {
        _server.Apply(ApiClient.Pod("a"));
        using var watch = await _client.WatchAsync($"{Pods}?watch=true{version}");
        Assert.Equal(("ADDED", "a"), await watch.StepAsync());
        _server.Apply(ApiClient.Pod("b"));
        Assert.Equal(("ADDED", "b"), await watch.StepAsync());
    }

    [Fact]
    public async Task An_expired_version_is_an_error_frame_within_200_and_the_stream_ends()
    {
        _server.Apply(ApiClient.Pod("a"));
        var version = _server.ResourceVersion;
        _server.Apply(ApiClient.Pod("b"));
        _server.Compact();
        using var watch = await _client.WatchAsync($"{Pods}?watch=true&resourceVersion={version}");
        Assert.Equal(HttpStatusCode.OK, watch.Response.StatusCode);
        var error = await watch.NextAsync();
        Assert.Equal("ERROR", (string?)error!["type"]);
        Assert.Equal(410, (int)error["object"]!["code"]!);
        Assert.Equal("Expired", (string?)error["object"]!["reason"]);
        Assert.Equal("Status", (string?)error["object"]!["kind"]);
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task History_is_a_window_and_what_falls_out_of_it_has_expired()
    {
        await using var server = await KubeApiServer.StartAsync(new() { HistoryPerResource = 5 });
        using var client = new ApiClient(server);
        for (var index = 0; index < 20; index++)
        {
            server.Apply(ApiClient.Pod($"p{index}"));
        }

        using var old = await client.WatchAsync($"{Pods}?watch=true&resourceVersion=3");
        Assert.Equal(410, (int)(await old.NextAsync())!["object"]!["code"]!);
        using var recent = await client.WatchAsync(
            $"{Pods}?watch=true&resourceVersion={server.ResourceVersion - 1}"
        );
        Assert.Equal(("ADDED", "p19"), await recent.StepAsync());
    }

    [Fact]
    public async Task A_compaction_takes_nothing_from_a_watch_that_has_seen_everything()
    {
        using var watch = await _client.WatchAsync($"{Pods}?watch=true&resourceVersion=1");
        _server.Apply(ObjectBuilder.Namespace("other-resource"));
        _server.Apply(ObjectBuilder.Namespace("another"));
        _server.Compact();
        _server.Apply(ApiClient.Pod("after"));
        Assert.Equal(("ADDED", "after"), await watch.StepAsync());
    }

    [Fact]
    public async Task A_watch_from_a_version_still_to_come_is_accepted_and_silent_even_while_objects_come()
    {
        var future = _server.ResourceVersion + 2;
        using var watch = await _client.WatchAsync($"{Pods}?watch=true&resourceVersion={future}");
        _server.Apply(ApiClient.Pod("a"));
        _server.Apply(ApiClient.Pod("b"));
        Assert.True(await watch.IsSilentAsync());
    }

    [Fact]
    public async Task After_a_restored_backup_a_resumed_watch_misses_what_comes()
    {
        _server.Apply(ApiClient.Pod("kept"));
        var backup = _server.ResourceVersion;
        _server.Apply(ApiClient.Pod("lost"));
        var seen = _server.ResourceVersion;
        _server.Restore(backup);
        Assert.Null(_server.Get("pods", "shop", "lost"));
        using var watch = await _client.WatchAsync($"{Pods}?watch=true&resourceVersion={seen}");
        _server.Apply(ApiClient.Pod("missed"));
        Assert.True(await watch.IsSilentAsync());
        Assert.Equal(["kept", "missed"], ApiClient.Names((await _client.GetAsync(Pods)).Body));
    }

    [Fact]
    public async Task Bookmarks_come_where_allowed_and_have_nothing_but_a_version()
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { BookmarkInterval = TimeSpan.FromMilliseconds(50) }
        );
        using var client = new ApiClient(server);
        using var watch = await client.WatchAsync(
            $"{Pods}?watch=true&resourceVersion=1&allowWatchBookmarks=true"
        );
        server.Apply(ObjectBuilder.Namespace("moves-the-version"));
        string? version;
        do
        {
            var frame = await watch.NextAsync();
            Assert.Equal("BOOKMARK", (string?)frame!["type"]);
            var item = frame["object"]!.AsObject();
            Assert.Equal(["kind", "apiVersion", "metadata"], item.Select(member => member.Key));
            Assert.Null(item["metadata"]!["name"]);
            version = (string?)item["metadata"]!["resourceVersion"];
        } while (version != server.ResourceVersion.ToString());

        using var without = await client.WatchAsync($"{Pods}?watch=true&resourceVersion=1");
        Assert.True(await without.IsSilentAsync());
        server.Faults.Bookmarks = false;
        using var off = await client.WatchAsync(
            $"{Pods}?watch=true&resourceVersion=1&allowWatchBookmarks=true"
        );
        Assert.True(await off.IsSilentAsync());
    }

    [Fact]
    public async Task A_watch_ends_when_its_time_is_over()
    {
        using var watch = await _client.WatchAsync($"{Pods}?watch=true&resourceVersion=1&timeoutSeconds=1");
        Assert.Null(await watch.NextAsync());
    }

    [Fact]
    public async Task An_object_that_leaves_the_selector_is_deleted_for_the_watch_and_one_that_enters_is_added()
    {
        using var watch = await _client.WatchAsync(
            $"{Pods}?watch=true&resourceVersion=1&labelSelector=app%3Dweb"
        );
        _server.Apply(ApiClient.Pod("a", app: "db"));
        _server.Apply(ApiClient.Pod("a", app: "web"));
        Assert.Equal(("ADDED", "a"), await watch.StepAsync());
        _server.Apply(ApiClient.Pod("a", app: "db"));
        var gone = await watch.NextAsync();
        Assert.Equal("DELETED", (string?)gone!["type"]);
        Assert.Equal("web", (string?)gone["object"]!["metadata"]!["labels"]!["app"]);
        Assert.NotNull(_server.Get("pods", "shop", "a"));
    }

    [Fact]
    public async Task A_watch_by_node_sees_only_that_node()
    {
        using var watch = await _client.WatchAsync(
            $"{Pods}?watch=true&resourceVersion=1&fieldSelector=spec.nodeName%3Dnode-2"
        );
        _server.Apply(ApiClient.Pod("a", node: "node-1"));
        _server.Apply(ApiClient.Pod("b", node: "node-2"));
        Assert.Equal(("ADDED", "b"), await watch.StepAsync());
    }

    [Fact]
    public async Task Metadata_alone_can_be_watched()
    {
        using var watch = await _client.WatchAsync(
            "/apis/apps/v1/replicasets?watch=true&resourceVersion=1",
            "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        );
        _server.Apply(
            ObjectBuilder.Controller(
                "ReplicaSet",
                "shop",
                "web-1",
                new Owner("apps/v1", "Deployment", "web", "u")
            )
        );
        var item = (await watch.NextAsync())!["object"]!.AsObject();
        Assert.Equal(["kind", "apiVersion", "metadata"], item.Select(member => member.Key));
        Assert.Equal("PartialObjectMetadata", (string?)item["kind"]);
        Assert.Equal("web", (string?)item["metadata"]!["ownerReferences"]![0]!["name"]);
    }

    [Fact]
    public async Task A_pod_of_the_same_name_and_another_uid_is_another_pod()
    {
        _server.Apply(ApiClient.Pod("db-0"));
        using var watch = await _client.WatchAsync(
            $"{Pods}?watch=true&resourceVersion={_server.ResourceVersion}"
        );
        _server.Apply(ApiClient.Pod("db-0"));
        Assert.Equal(("DELETED", "db-0"), await watch.StepAsync());
        Assert.Equal(("ADDED", "db-0"), await watch.StepAsync());
    }
}
