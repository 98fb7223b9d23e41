using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Misbehaviour;

namespace NetMon.Lab.Tests.ApiServer;

public sealed class ListTests : IAsyncLifetime, IDisposable
{
    private const string Pods = "/api/v1/pods";
    private KubeApiServer _server = null!;
    private ApiClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await KubeApiServer.StartAsync();
        _client = new ApiClient(_server);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Items_of_a_list_have_no_kind_and_objects_alone_have_one()
    {
        _server.Apply(ApiClient.Pod("a"));
        var (_, list) = await _client.GetAsync(Pods);
        Assert.Equal("PodList", (string?)list["kind"]);
        Assert.Equal("v1", (string?)list["apiVersion"]);
        Assert.Null(list["items"]![0]!["kind"]);
        Assert.Null(list["items"]![0]!["apiVersion"]);
        var (_, pod) = await _client.GetAsync("/api/v1/namespaces/shop/pods/a");
        Assert.Equal("Pod", (string?)pod["kind"]);
        Assert.Equal("v1", (string?)pod["apiVersion"]);
    }

    [Fact]
    public async Task A_list_carries_the_version_of_the_whole_store()
    {
        _server.Apply(ApiClient.Pod("a"));
        var (_, services) = await _client.GetAsync("/api/v1/services");
        var (_, pods) = await _client.GetAsync(Pods);
        Assert.Equal(_server.ResourceVersion.ToString(), (string?)services["metadata"]!["resourceVersion"]);
        Assert.Equal(_server.ResourceVersion.ToString(), (string?)pods["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task A_list_is_of_one_namespace_or_of_all()
    {
        _server.Apply(ApiClient.Pod("a", "shop"));
        _server.Apply(ApiClient.Pod("b", "shop-2"));
        _server.Apply(ApiClient.Pod("c", "bank"));
        Assert.Equal(["c", "a", "b"], ApiClient.Names((await _client.GetAsync(Pods)).Body));
        var (_, one) = await _client.GetAsync("/api/v1/namespaces/shop/pods");
        Assert.Equal(["a"], ApiClient.Names(one));
    }

    [Fact]
    public async Task Pages_are_consistent_with_one_another()
    {
        AddPods(10);
        var (_, first) = await _client.GetAsync($"{Pods}?limit=4");
        Assert.Equal(["p0", "p1", "p2", "p3"], ApiClient.Names(first));
        Assert.Equal(6, (int)first["metadata"]!["remainingItemCount"]!);
        _server.Delete("pods", "shop", "p5");
        _server.Apply(ApiClient.Pod("p4-late"));
        var (_, second) = await _client.GetAsync($"{Pods}?limit=4&continue={Token(first)}");
        Assert.Equal(["p4", "p5", "p6", "p7"], ApiClient.Names(second));
        Assert.Equal(
            (string?)first["metadata"]!["resourceVersion"],
            (string?)second["metadata"]!["resourceVersion"]
        );
        var (_, last) = await _client.GetAsync($"{Pods}?limit=4&continue={Token(second)}");
        Assert.Equal(["p8", "p9"], ApiClient.Names(last));
        Assert.Null(last["metadata"]!["continue"]);
        Assert.Null(last["metadata"]!["remainingItemCount"]);
    }

    [Fact]
    public async Task A_limit_is_ignored_with_version_0()
    {
        AddPods(10);
        var (_, list) = await _client.GetAsync($"{Pods}?limit=4&resourceVersion=0");
        Assert.Equal(10, ApiClient.Names(list).Count());
        Assert.Null(list["metadata"]!["continue"]);
    }

    [Fact]
    public async Task An_expired_token_is_410_with_a_token_for_an_inconsistent_remainder()
    {
        AddPods(10);
        var (_, first) = await _client.GetAsync($"{Pods}?limit=4");
        _server.Delete("pods", "shop", "p5");
        _server.Compact();
        var (code, expired) = await _client.GetAsync($"{Pods}?limit=4&continue={Token(first)}");
        Assert.Equal(HttpStatusCode.Gone, code);
        Assert.Equal("Expired", (string?)expired["reason"]);
        Assert.Equal(410, (int)expired["code"]!);
        var (_, rest) = await _client.GetAsync($"{Pods}?limit=4&continue={Token(expired)}");
        Assert.Equal(["p4", "p6", "p7", "p8"], ApiClient.Names(rest));
        var (_, last) = await _client.GetAsync($"{Pods}?limit=4&continue={Token(rest)}");
        Assert.Equal(["p9"], ApiClient.Names(last));
    }

    [Fact]
    public async Task An_expired_token_can_be_410_with_nothing_to_go_on_from()
    {
        AddPods(10);
        var (_, first) = await _client.GetAsync($"{Pods}?limit=4");
        _server.Faults.ContinueTokens = ContinueTokens.ExpiredForGood;
        var (code, expired) = await _client.GetAsync($"{Pods}?limit=4&continue={Token(first)}");
        Assert.Equal(HttpStatusCode.Gone, code);
        Assert.Null(expired["metadata"]!["continue"]);
    }

    [Fact]
    public async Task An_exact_version_is_listed_as_it_was_until_it_is_compacted()
    {
        AddPods(3);
        var then = _server.ResourceVersion;
        _server.Delete("pods", "shop", "p1");
        var path = $"{Pods}?resourceVersionMatch=Exact&resourceVersion={then}";
        Assert.Equal(["p0", "p1", "p2"], ApiClient.Names((await _client.GetAsync(path)).Body));
        _server.Compact();
        Assert.Equal(HttpStatusCode.Gone, (await _client.GetAsync(path)).Code);
    }

    [Theory]
    [InlineData("1.26", 500)]
    [InlineData("1.32", 504)]
    [InlineData("1.36", 504)]
    public async Task A_list_of_a_version_still_to_come_is_refused_after_a_while(string version, int expected)
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { Version = ApiVersion.Parse(version), FutureVersionWait = TimeSpan.FromMilliseconds(50) }
        );
        using var client = new ApiClient(server);
        var (code, status) = await client.GetAsync($"{Pods}?resourceVersion=1000000");
        Assert.Equal(expected, (int)code);
        Assert.StartsWith("Too large resource version", (string?)status["message"]);
    }

    [Fact]
    public async Task A_large_list_is_compressed_and_a_small_one_is_not()
    {
        _server.Apply(ApiClient.Pod("small"));
        _client.Http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        using (var small = await _client.SendAsync(Pods))
        {
            Assert.Empty(small.Content.Headers.ContentEncoding);
        }

        AddPods(200);
        using var large = await _client.SendAsync(Pods);
        Assert.Equal(["gzip"], large.Content.Headers.ContentEncoding);
        var packed = await large.Content.ReadAsByteArrayAsync();
        await using var unpacking = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacking, Encoding.UTF8);
        var text = await reader.ReadToEndAsync();
        Assert.Equal(201, ApiClient.Names(JsonNode.Parse(text)!.AsObject()).Count());
        Assert.InRange(packed.Length, 1, text.Length / 8);
    }

    [Theory]
    [InlineData("spec.nodeName=node-2", "b")]
    [InlineData("spec.nodeName!=node-2", "a")]
    [InlineData("status.podIP=10.1.0.6", "b")]
    [InlineData("metadata.name=a,status.phase=Running", "a")]
    public async Task Field_selectors_work(string selector, string expected)
    {
        _server.Apply(ApiClient.Pod("a"));
        _server.Apply(ApiClient.Pod("b", node: "node-2", ip: "10.1.0.6"));
        var (_, list) = await _client.GetAsync($"{Pods}?fieldSelector={Uri.EscapeDataString(selector)}");
        Assert.Equal([expected], ApiClient.Names(list));
    }

    [Theory]
    [InlineData("1.26", HttpStatusCode.BadRequest)]
    [InlineData("1.32", HttpStatusCode.OK)]
    public async Task Host_network_can_be_selected_by_newer_servers_only(
        string version,
        HttpStatusCode expected
    )
    {
        await using var server = await KubeApiServer.StartAsync(
            new() { Version = ApiVersion.Parse(version) }
        );
        using var client = new ApiClient(server);
        Assert.Equal(expected, (await client.GetAsync($"{Pods}?fieldSelector=spec.hostNetwork=true")).Code);
    }

    [Theory]
    [InlineData("app=web", "a c")]
    [InlineData("app!=web", "b")]
    [InlineData("app in (db,cache)", "b")]
    [InlineData("app notin (db)", "a c")]
    [InlineData("app,pod-template-hash", "a b c")]
    [InlineData("!app", "")]
    [InlineData("app==web,!other", "a c")]
    public async Task Label_selectors_work(string selector, string expected)
    {
        _server.Apply(ApiClient.Pod("a"));
        _server.Apply(ApiClient.Pod("b", app: "db"));
        _server.Apply(ApiClient.Pod("c"));
        var (_, list) = await _client.GetAsync($"{Pods}?labelSelector={Uri.EscapeDataString(selector)}");
        Assert.Equal(expected, string.Join(' ', ApiClient.Names(list)));
    }

    [Fact]
    public async Task Metadata_alone_can_be_asked_for()
    {
        _server.Apply(ApiClient.Pod("a"));
        var (_, list) = await _client.GetAsync(
            Pods,
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        );
        Assert.Equal("PartialObjectMetadataList", (string?)list["kind"]);
        Assert.Equal("meta.k8s.io/v1", (string?)list["apiVersion"]);
        Assert.Equal("a", (string?)list["items"]![0]!["metadata"]!["name"]);
        Assert.NotNull(list["items"]![0]!["metadata"]!["ownerReferences"]);
        Assert.Null(list["items"]![0]!["spec"]);
    }

    [Fact]
    public async Task What_cannot_be_given_is_not_acceptable()
    {
        var (code, _) = await _client.GetAsync(Pods, "application/vnd.kubernetes.protobuf");
        Assert.Equal(HttpStatusCode.NotAcceptable, code);
    }

    [Fact]
    public async Task A_pod_has_the_size_of_a_real_one()
    {
        _server.Apply(ApiClient.Pod("web-6d4cf56db6-x2x7k"));
        var (_, pod) = await _client.GetAsync("/api/v1/namespaces/shop/pods/web-6d4cf56db6-x2x7k");
        var size = Encoding.UTF8.GetByteCount(pod.ToJsonString());
        var managed = Encoding.UTF8.GetByteCount(pod["metadata"]!["managedFields"]!.ToJsonString());
        Assert.InRange(size, 2_200, 4_500);
        Assert.InRange(managed, 800, 2_000);
    }

    private void AddPods(int count)
    {
        for (var index = 0; index < count; index++)
        {
            _server.Apply(ApiClient.Pod($"p{index}"));
        }
    }

    private static string Token(JsonObject list) => (string)list["metadata"]!["continue"]!;
}
