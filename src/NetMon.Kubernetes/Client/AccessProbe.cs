using System.Buffers;
using System.Text.Json;
using NetMon.Kubernetes.Watching;

namespace NetMon.Kubernetes.Client;

/// <summary>A right that the agent needs in its cluster.</summary>
/// <param name="Verb">list or watch.</param>
/// <param name="Group">Empty for core.</param>
/// <param name="Resource">Plural.</param>
public readonly record struct ClusterRight(string Verb, string Group, string Resource)
{
    public override string ToString() => $"{Verb} {Resource}{(Group.Length > 0 ? $".{Group}" : "")}";
}

/// <summary>How the API server answered.</summary>
/// <param name="Version">As it says, such as v1.32.0.</param>
/// <param name="Latency">From the request to the answer.</param>
/// <param name="ClockOffset">How far its clock is ahead of ours, within the half of a second that its answer leaves open; null: it told no time.</param>
public readonly record struct ServerAnswer(string Version, TimeSpan Latency, TimeSpan? ClockOffset);

/// <summary>Asks the API server, for a diagnosis, whether it answers and what it allows.</summary>
public sealed class AccessProbe(ClusterConfiguration configuration, TimeProvider time) : IDisposable
{
    private const int LongestAnswer = 64 * 1024;
    private const string Json = "application/json";
    private const string Reviews = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ApiClient _client = new(
        configuration,
        new ApiPatience { Connect = Patience, Answer = Patience },
        time
    );

    /// <summary>All that the agent asks for.</summary>
    public static IReadOnlyList<ClusterRight> Rights { get; } =
    [
        .. from path in new[]
        {
            WatchedResources.Nodes.Path,
            WatchedResources.Namespaces.Path,
            WatchedResources.Pods.Path,
            WatchedResources.Services.Path,
            WatchedResources.EndpointSlices.Path,
            WatchedResources.ReplicaSets.Path,
            WatchedResources.Jobs.Path,
        }
        let parts = path.Split('/')
        from verb in new[] { "list", "watch" }
        // api/v1/pods, or apis/apps/v1/replicasets
        select new ClusterRight(verb, parts.Length > 3 ? parts[1] : "", parts[^1]),
    ];

    /// <summary>Asks who it is.</summary>
    /// <exception cref="AccessException">It does not answer, or not as it should: says why, in one line.</exception>
    public async Task<ServerAnswer> AskVersionAsync(CancellationToken cancellation)
    {
        var sent = time.GetUtcNow();
        var start = time.GetTimestamp();
        var (body, date) = await AskAsync(new ApiRequest("version", Json, IsCompressed: false), cancellation);
        var latency = time.GetElapsedTime(start);
        using var document = Parse(body);
        var version =
            document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("gitVersion", out var text)
                ? text.ToString()
                : "of unknown version";
        // The time of its answer was cut to the second.
        var offset = date + TimeSpan.FromSeconds(0.5) - (sent + (latency / 2));
        return new ServerAnswer(version, latency, offset);
    }

    /// <summary>Whether we may do something (SelfSubjectAccessReview).</summary>
    /// <exception cref="AccessException">It does not say: says why, in one line.</exception>
    public async Task<bool> MayAsync(ClusterRight right, CancellationToken cancellation)
    {
        var request = new ApiRequest(Reviews, Json, IsCompressed: false) { Body = Review(right) };
        var (body, _) = await AskAsync(request, cancellation);
        using var document = Parse(body);
        return document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("status", out var status)
            && status.ValueKind == JsonValueKind.Object
            && status.TryGetProperty("allowed", out var allowed)
            && allowed.ValueKind == JsonValueKind.True;
    }

    public void Dispose() => _client.Dispose();

    private async Task<(byte[] Body, DateTimeOffset? Date)> AskAsync(
        ApiRequest request,
        CancellationToken cancellation
    )
    {
        using var timer = new RequestTimer(time, 2 * Patience, cancellation);
        try
        {
            using var answer = await _client.GetAsync(request, timer, _ => { });
            var text = new byte[LongestAnswer];
            var length = await answer.Body.ReadAtLeastAsync(
                text,
                text.Length,
                throwOnEndOfStream: false,
                timer.Token
            );
            return (text[..length], answer.Date);
        }
        catch (Exception error) when (ApiException.IsExpected(error) && !cancellation.IsCancellationRequested)
        {
            throw AccessException.Of(ApiException.From(error, timer));
        }
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException error)
        {
            throw new AccessException(
                "it does not answer with JSON",
                "see that this is the address of an API server, and what is between it and this node (proxy)",
                error
            );
        }
    }

    private static byte[] Review(ClusterRight right)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteString("kind"u8, "SelfSubjectAccessReview"u8);
        json.WriteString("apiVersion"u8, "authorization.k8s.io/v1"u8);
        json.WriteStartObject("spec"u8);
        json.WriteStartObject("resourceAttributes"u8);
        json.WriteString("verb"u8, right.Verb);
        json.WriteString("group"u8, right.Group);
        json.WriteString("resource"u8, right.Resource);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return body.WrittenSpan.ToArray();
    }
}
