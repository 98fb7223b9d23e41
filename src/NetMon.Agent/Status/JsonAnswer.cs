using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Api;

namespace NetMon.Agent.Status;

/// <summary>An answer of one JSON object, written whole before it is sent.</summary>
internal static class JsonAnswer
{
    public static async Task SendAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        context.Response.ContentType = JsonError.ContentType;
        context.Response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }

    /// <summary>A member that is an object.</summary>
    public static void Object(this Utf8JsonWriter json, string name, Action write)
    {
        json.WriteStartObject(name);
        write();
        json.WriteEndObject();
    }

    /// <summary>A member that is a list of objects.</summary>
    public static void Objects<T>(
        this Utf8JsonWriter json,
        string name,
        IEnumerable<T> items,
        Action<T> write
    )
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>A member that is a list of texts.</summary>
    public static void Texts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>A member that is a list of words with a number each.</summary>
    public static void Numbers(
        this Utf8JsonWriter json,
        string name,
        IEnumerable<KeyValuePair<string, long>> numbers
    )
    {
        json.WriteStartObject(name);
        foreach (var (word, number) in numbers.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(word, number);
        }

        json.WriteEndObject();
    }

    /// <summary>A figure with so many digits as anybody reads; a whole number where it is one.</summary>
    public static void Figure(this Utf8JsonWriter json, string name, double value, int digits = 3)
    {
        var rounded = Math.Round(value, digits);
        if (!double.IsFinite(value))
        {
            json.WriteNull(name);
        }
        else if (double.IsInteger(rounded) && Math.Abs(rounded) < long.MaxValue)
        {
            json.WriteNumber(name, (long)rounded);
        }
        else
        {
            json.WriteNumber(name, rounded);
        }
    }
}
