using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Api;
using NetMon.Agent.Logging;

namespace NetMon.Agent.Diagnosis;

/// <summary><c>/api/v1/logs</c>: the latest lines of the log, oldest first, and which names of the cluster are in them.</summary>
/// <param name="recent">The lines.</param>
/// <param name="names">Names that the agent knows.</param>
internal sealed class LogsEndpoint(LogRing recent, Func<IReadOnlySet<string>> names)
{
    private const int FlushBytes = 32 * 1024;

    /// <summary>What names are made of (RFC 1123, and the colon of none): all else ends one.</summary>
    private static readonly SearchValues<char> OfName = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."
    );

    public async Task HandleAsync(HttpContext context)
    {
        var lines = recent.Read(out var dropped);
        context.Response.ContentType = JsonError.ContentType;
        var output = context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("dropped"u8, dropped);
        json.WriteStartArray("lines"u8);
        foreach (var line in lines)
        {
            json.WriteStartObject();
            json.WriteString("time"u8, line.Time);
            json.WriteString("level"u8, LogWords.Of(line.Level));
            json.WriteString("category"u8, line.Category);
            json.WriteNumber("id"u8, line.Id);
            json.WriteString("message"u8, line.Message);
            json.WriteEndObject();
            if (json.BytesPending >= FlushBytes)
            {
                json.Flush();
                await output.FlushAsync(context.RequestAborted);
            }
        }

        json.WriteEndArray();
        json.WriteStartArray("names"u8);
        foreach (var name in NamesIn(lines.Select(line => line.Message), names()))
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    /// <summary>Which names are in texts as whole words.</summary>
    internal static IReadOnlySet<string> NamesIn(IEnumerable<string> texts, IReadOnlySet<string> known)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var text in known.Count > 0 ? texts : [])
        {
            for (var at = 0; at < text.Length; )
            {
                var start = text.AsSpan(at).IndexOfAny(OfName);
                if (start < 0)
                {
                    break;
                }

                start += at;
                var length = text.AsSpan(start).IndexOfAnyExcept(OfName);
                at = length < 0 ? text.Length : start + length;
                // A full stop may be the sentence's.
                var word = text[start..at].TrimEnd('.');
                if (known.Contains(word))
                {
                    found.Add(word);
                }
            }
        }

        return found;
    }
}
