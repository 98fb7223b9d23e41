using System.Net;
using System.Net.Sockets;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Misbehaviour;
using NetMon.Lab.Machines;
using NetMon.Testing.Lab;

namespace NetMon.Lab.Tests.ApiServer;

public sealed class MisbehaviourTests : IAsyncLifetime
{
    private const string Pods = "/api/v1/pods";
    private const string FromNow = "/api/v1/pods?watch=true&resourceVersion=1";
    private KubeApiServer _server = null!;

    public static TheoryData<string> HttpVersions => ["1.1", "2.0"];

    public async Task InitializeAsync() =>
        _server = await KubeApiServer.StartAsync(new() { BookmarkInterval = null });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(HttpVersions))]
    public async Task A_killed_server_ends_streams_without_a_last_chunk_and_refuses_connections(string http)
    {
        using var client = new ApiClient(_server, Version.Parse(http));
        using var watch = await client.WatchAsync(FromNow);
        await _server.KillAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => watch.NextAsync());
        Assert.False(CanConnect());
    }

    [Fact]
    public async Task After_a_restart_the_last_version_seen_is_expired_and_objects_are_there()
    {
        _server.Apply(ApiClient.Pod("a"));
        var seen = _server.ResourceVersion;
        var url = _server.Url;
        await _server.KillAsync();
        _server.Apply(ApiClient.Pod("b"));
        await _server.RestartAsync();
        Assert.Equal(url, _server.Url);
        using var client = new ApiClient(_server);
        Assert.Equal(["a", "b"], ApiClient.Names((await client.GetAsync(Pods)).Body));
        using var watch = await client.WatchAsync($"{Pods}?watch=true&resourceVersion={seen}");
        Assert.Equal(410, (int)(await watch.NextAsync())!["object"]!["code"]!);
    }

    [Fact]
    public async Task A_restart_that_is_not_compacted_lets_watches_resume()
    {
        _server.Apply(ApiClient.Pod("a"));
        var seen = _server.ResourceVersion;
        await _server.KillAsync();
        _server.Apply(ApiClient.Pod("b"));
        await _server.RestartAsync(compacted: false);
        using var client = new ApiClient(_server);
        using var watch = await client.WatchAsync($"{Pods}?watch=true&resourceVersion={seen}");
        Assert.Equal(("ADDED", "b"), await watch.StepAsync());
    }

    [Theory]
    [MemberData(nameof(HttpVersions))]
    public async Task A_server_that_shuts_down_keeps_watches_and_refuses_connections(string http)
    {
        using var client = new ApiClient(_server, Version.Parse(http));
        using var watch = await client.WatchAsync(FromNow);
        var down = _server.ShutDownAsync(TimeSpan.FromSeconds(30));
        Wait.Until(() => !CanConnect(), "connections to be refused");
        _server.Apply(ApiClient.Pod("told-all-the-same"));
        Assert.Equal(("ADDED", "told-all-the-same"), await watch.StepAsync());
        Assert.False(down.IsCompleted);
        _server.Faults.EndWatches(WatchEnd.Close);
        Assert.Null(await watch.NextAsync());
        await down.WaitAsync(TimeSpan.FromSeconds(20));
        await _server.RestartAsync(compacted: false);
        Assert.True(CanConnect());
    }

    [Fact]
    public async Task A_server_that_shuts_down_cuts_watches_off_when_its_patience_ends()
    {
        using var client = new ApiClient(_server);
        using var watch = await client.WatchAsync(FromNow);
        await _server.ShutDownAsync(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<IOException>(() => watch.NextAsync());
    }

    [Fact]
    public async Task While_storage_is_frozen_watches_are_silent_and_consistent_lists_hang()
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { BookmarkInterval = null, RequestTimeout = TimeSpan.FromSeconds(2) }
        );
        using var client = new ApiClient(server);
        using var watch = await client.WatchAsync(FromNow);
        server.Faults.Freeze();
        server.Apply(ApiClient.Pod("a"));
        Assert.True(await watch.IsSilentAsync());
        Assert.Equal(HttpStatusCode.GatewayTimeout, (await client.GetAsync(Pods)).Code);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"{Pods}?resourceVersion=0")).Code);
        Assert.Equal(
            HttpStatusCode.GatewayTimeout,
            (await client.GetAsync("/api/v1/namespaces/shop/pods/a")).Code
        );
    }

    [Fact]
    public async Task After_a_thaw_watches_tell_what_happened()
    {
        using var client = new ApiClient(_server);
        using var watch = await client.WatchAsync(FromNow);
        _server.Faults.Freeze();
        _server.Apply(ApiClient.Pod("a"));
        _server.Faults.Thaw();
        Assert.Equal(("ADDED", "a"), await watch.StepAsync());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Pods)).Code);
    }

    [Theory]
    [InlineData(401, "Unauthorized")]
    [InlineData(403, "Forbidden")]
    [InlineData(410, "Expired")]
    [InlineData(429, "TooManyRequests")]
    [InlineData(500, "InternalError")]
    public async Task A_resource_can_be_refused_while_others_and_running_watches_go_on(
        int code,
        string reason
    )
    {
        using var client = new ApiClient(_server);
        using var watch = await client.WatchAsync(FromNow);
        _server.Faults.Answer(
            new AnswerRule(code, "pods") { RetryAfter = code == 429 ? TimeSpan.FromSeconds(7) : null }
        );
        using (var refused = await client.SendAsync(Pods))
        {
            Assert.Equal(code, (int)refused.StatusCode);
            Assert.Equal(code == 429 ? 7 : null, refused.Headers.RetryAfter?.Delta?.TotalSeconds);
        }

        var (_, status) = await client.GetAsync(FromNow);
        Assert.Equal(reason, (string?)status["reason"]);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/services")).Code);
        _server.Apply(ApiClient.Pod("a"));
        Assert.Equal(("ADDED", "a"), await watch.StepAsync());
        _server.Faults.Clear();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Pods)).Code);
    }

    [Fact]
    public async Task A_refusal_can_be_of_a_verb_and_for_some_times_only()
    {
        using var client = new ApiClient(_server);
        _server.Faults.Answer(new AnswerRule(500, "pods", "list") { Times = 2 });
        using var watch = await client.WatchAsync(FromNow);
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync(Pods)).Code);
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync(Pods)).Code);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Pods)).Code);
    }

    [Theory]
    [InlineData(410)]
    [InlineData(500)]
    [InlineData(504)]
    public async Task A_watch_can_be_refused_within_200(int code)
    {
        _server.Faults.Answer(new AnswerRule(code, "pods", "watch") { InBand = true, Times = 1 });
        using var client = new ApiClient(_server);
        using var refused = await client.WatchAsync(FromNow);
        Assert.Equal(code, (int)(await refused.NextAsync())!["object"]!["code"]!);
        Assert.Null(await refused.NextAsync());
        using var accepted = await client.WatchAsync(FromNow);
        Assert.True(await accepted.IsSilentAsync());
    }

    [Theory]
    [InlineData(WatchEnd.Error410, 410)]
    [InlineData(WatchEnd.Error500, 500)]
    [InlineData(WatchEnd.Error504, 504)]
    public async Task A_running_watch_can_get_an_error_frame(WatchEnd how, int code)
    {
        using var client = new ApiClient(_server);
        using var watch = await client.WatchAsync(FromNow);
        Wait.Until(() => _server.Faults.EndWatches(how, "pods") == 1, "the watch to run");
        Assert.Equal(code, (int)(await watch.NextAsync())!["object"]!["code"]!);
        Assert.Null(await watch.NextAsync());
    }

    [Theory]
    [InlineData("1.1", WatchEnd.CutAndReset)]
    [InlineData("1.1", WatchEnd.CutAndClose)]
    [InlineData("2.0", WatchEnd.CutAndReset)]
    [InlineData("2.0", WatchEnd.CutAndClose)]
    public async Task A_frame_can_be_cut_in_the_middle(string http, WatchEnd how)
    {
        _server.Apply(ApiClient.Pod("a"));
        using var client = new ApiClient(_server, Version.Parse(http));
        using var watch = await client.WatchAsync(
            $"{Pods}?watch=true&resourceVersion={_server.ResourceVersion}"
        );
        Wait.Until(() => _server.Faults.EndWatches(how) == 1, "the watch to run");
        if (how == WatchEnd.CutAndClose)
        {
            var line = await watch.LineAsync();
            Assert.StartsWith("""{"type":"MODIFIED","object":{"kind":"Pod",""", line);
            Assert.False(line!.EndsWith('}'));
            Assert.Null(await watch.LineAsync());
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(() => watch.NextAsync());
        }
    }

    [Fact]
    public async Task A_response_can_be_slow()
    {
        _server.Apply(ApiClient.Pod("a"));
        using var client = new ApiClient(_server);
        var whole = await client.Http.GetByteArrayAsync(Pods);
        // So slow that this test may rest for long before it looks.
        _server.Faults.BytesPerSecond = whole.Length / 60;
        using var response = await client.SendAsync(Pods);
        await using var stream = await response.Content.ReadAsStreamAsync();
        var first = await stream.ReadAsync(new byte[whole.Length]);
        Assert.InRange(first, 1, whole.Length / 2);
    }

    [Fact]
    public async Task Requests_to_misbehave_are_taken_over_HTTP()
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { Admin = new IPEndPoint(IPAddress.Loopback, 0) }
        );
        using var client = new ApiClient(server);
        using var admin = new HttpClient { BaseAddress = server.AdminUrl };
        async Task Do(string path) => (await admin.PostAsync(path, null)).EnsureSuccessStatusCode();

        await Do("/answer?code=403&resource=pods&verb=list&times=1");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync(Pods)).Code);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Pods)).Code);
        await Do("/freeze");
        Assert.True(server.Faults.IsFrozen);
        await Do("/thaw");
        Assert.False(server.Faults.IsFrozen);
        await Do("/kill");
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(Pods));
        await Do("/restart");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(Pods)).Code);
        Assert.Equal(server.Kubeconfig, await admin.GetStringAsync("/kubeconfig"));
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync("/nothing", null)).StatusCode);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await admin.PostAsync("/rate?bytes_per_second=x", null)).StatusCode
        );
    }

    private bool CanConnect()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(_server.Addresses[0]);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
