using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Api;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Diagnosis;

/// <summary><c>POST /api/v1/debug/trace</c>: more of some categories in the log, for a while.</summary>
internal sealed class TraceEndpoint(LogLevels levels, LogRing recent, ILogger<TraceEndpoint> logger)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(10);

    // What every category's name has.
    private static readonly string[] Common = ["NetMon", "Microsoft"];

    public async Task HandleAsync(HttpContext context)
    {
        var request = await TraceRequest.ReadAsync(context);
        if (request.Problem is { } problem)
        {
            await JsonError.WriteAsync(context, StatusCodes.Status400BadRequest, problem);
            return;
        }

        if (request.Off)
        {
            if (levels.EndTrace() is not null)
            {
                AgentLog.TraceEnded(logger);
            }
        }
        else if (Unknown(request.Categories) is { } unknown)
        {
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status400BadRequest,
                $"there is no category '{unknown}'; there are {string.Join(", ", Words())}"
            );
            return;
        }
        else
        {
            // More than a span of time can hold is too much as well.
            var seconds = Math.Clamp(request.Seconds ?? Usual.TotalSeconds, 0, 2 * Longest.TotalSeconds);
            var duration = TimeSpan.FromSeconds(seconds);
            if (duration <= TimeSpan.Zero || duration > Longest)
            {
                await JsonError.WriteAsync(
                    context,
                    StatusCodes.Status400BadRequest,
                    $"seconds is out of range: from 1 to {Longest.TotalSeconds:0}"
                );
                return;
            }

            var trace = levels.StartTrace(request.Categories, request.Level, duration);
            var categories = Name(trace);
            AgentLog.TraceStarted(logger, categories, trace.Level, trace.Until);
        }

        await AnswerAsync(context);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = JsonError.ContentType;
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        var trace = levels.Trace;
        json.WriteBoolean("tracing"u8, trace is not null);
        json.WriteString("level"u8, LogWords.Of(trace?.Level ?? levels.Level));
        json.WriteString("usual_level"u8, LogWords.Of(levels.Level));
        json.WriteStartArray("categories"u8);
        foreach (var category in trace?.Categories ?? [])
        {
            json.WriteStringValue(category);
        }

        json.WriteEndArray();
        if (trace is not null)
        {
            json.WriteString("until"u8, trace.Until);
        }

        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    private string? Unknown(IReadOnlyList<string> words) =>
        words.FirstOrDefault(word => !recent.Categories.Any(category => LogTrace.Names(word, category)));

    /// <summary>Parts of the names of all categories, as a person would write them.</summary>
    private IEnumerable<string> Words() =>
        recent
            .Categories.SelectMany(category => category.Split('.').SkipLast(1))
            .Where(part => part.Length > 0 && !Common.Contains(part, StringComparer.Ordinal))
            .Select(part => part.ToLowerInvariant())
            .Append("microsoft")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    private static string Name(LogTrace trace) =>
        trace.Categories.Count == 0 ? "all categories" : string.Join(", ", trace.Categories);
}

/// <summary>What is asked of <see cref="TraceEndpoint"/>: <c>{"categories":[..],"level":"debug","seconds":600}</c> or <c>{"off":true}</c>.</summary>
internal sealed record TraceRequest
{
    private const int MaxCategories = 16;

    /// <summary>What is wrong with it.</summary>
    public string? Problem { get; private init; }

    public bool Off { get; private init; }

    public IReadOnlyList<string> Categories { get; private init; } = [];

    public LogLevel Level { get; private init; } = LogLevel.Debug;

    public double? Seconds { get; private init; }

    public static async Task<TraceRequest> ReadAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(
                context.Request.Body,
                cancellationToken: context.RequestAborted
            );
            return Read(document.RootElement);
        }
        // The latter for half a surrogate in a text.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return Wrong("the body is not JSON");
        }
    }

    private static TraceRequest Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return Wrong("the body is not an object");
        }

        var request = new TraceRequest();
        foreach (var member in root.EnumerateObject())
        {
            switch (member.Name)
            {
                case "off" when member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    request = request with { Off = member.Value.GetBoolean() };
                    break;
                case "seconds" when member.Value.ValueKind == JsonValueKind.Number:
                    request = request with { Seconds = member.Value.GetDouble() };
                    break;
                case "level"
                    when member.Value.ValueKind == JsonValueKind.String
                        && LogWords.TryParse(member.Value.GetString(), out var level):
                    request = request with { Level = level };
                    break;
                case "categories"
                    when member.Value.ValueKind == JsonValueKind.Array
                        && member.Value.GetArrayLength() <= MaxCategories
                        && member.Value.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String):
                    request = request with
                    {
                        Categories = [.. member.Value.EnumerateArray().Select(one => one.GetString()!)],
                    };
                    break;
                default:
                    return Wrong(
                        $"{member.Name} is not understood; there are categories (texts), level (trace, debug, info), seconds and off"
                    );
            }
        }

        return request;
    }

    private static TraceRequest Wrong(string problem) => new() { Problem = problem };
}
