using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;

namespace NetMon.Lab.Tests.ApiServer;

/// <summary>Talks to a test API server as a client does that trusts only its authority.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly TrustingClient _client;

    public ApiClient(KubeApiServer server, Version? http = null, string? token = null)
    {
        _client = new TrustingClient(server, http ?? HttpVersion.Version20);
        _client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            token ?? server.Token
        );
    }

    public HttpClient Http => _client.Http;

    public async Task<HttpResponseMessage> SendAsync(string path, string accept = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Version = Http.DefaultRequestVersion;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<(HttpStatusCode Code, JsonObject Body)> GetAsync(
        string path,
        string accept = "application/json"
    )
    {
        using var response = await SendAsync(path, accept);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, JsonNode.Parse(text)!.AsObject());
    }

    public async Task<Watcher> WatchAsync(string path, string accept = "application/json")
    {
        var response = await SendAsync(path, accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new Watcher(response, await response.Content.ReadAsStreamAsync());
    }

    public void Dispose() => _client.Dispose();

    /// <summary>A running pod as tests need one.</summary>
    public static JsonObject Pod(
        string name,
        string space = "shop",
        string node = "node-1",
        string ip = "10.1.0.5",
        string app = "web"
    ) =>
        ObjectBuilder.Pod(
            new PodDescription
            {
                Name = name,
                Namespace = space,
                Node = node,
                Addresses = [ip],
                Labels = new Dictionary<string, string>
                {
                    ["app"] = app,
                    ["pod-template-hash"] = "6d4cf56db6",
                },
                Owner = new Owner(
                    "apps/v1",
                    "ReplicaSet",
                    $"{app}-6d4cf56db6",
                    "b7c6c1f0-6b1e-4c65-9a4a-0d0d6d2a5b3f"
                ),
                Ports = [8080],
            }
        );

    public static IEnumerable<string> Names(JsonObject list) =>
        list["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!);
}

/// <summary>Reads a watch's frames.</summary>
internal sealed class Watcher(HttpResponseMessage response, Stream stream) : IDisposable
{
    private readonly StreamReader _reader = new(stream);

    public HttpResponseMessage Response { get; } = response;

    /// <returns>Null at the end of the stream.</returns>
    public async Task<JsonObject?> NextAsync(int seconds = 20)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var line = await _reader.ReadLineAsync(limit.Token);
        return line is null ? null : JsonNode.Parse(line)!.AsObject();
    }

    /// <returns>The type and the name of the object.</returns>
    public async Task<(string Type, string Name)> StepAsync()
    {
        var frame = await NextAsync();
        return ((string)frame!["type"]!, (string?)frame["object"]!["metadata"]!["name"] ?? "");
    }

    /// <summary>The next line as it is.</summary>
    public async Task<string?> LineAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _reader.ReadLineAsync(limit.Token);
    }

    /// <summary>Whether nothing comes for a while.</summary>
    public async Task<bool> IsSilentAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(400));
            await _reader.ReadLineAsync(limit.Token);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        Response.Dispose();
    }
}
