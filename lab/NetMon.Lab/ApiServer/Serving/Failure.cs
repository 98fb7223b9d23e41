using System.Buffers;
using System.Text.Json;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Why the API refused something, as a <c>Status</c> object (meta/v1).</summary>
/// <param name="Reason">CamelCase word, e.g. <c>Expired</c>.</param>
/// <param name="Continue">With an expired token: one for the remainder.</param>
internal sealed record Failure(int Code, string Reason, string Message, string Continue = "")
{
    public static Failure TooOld(ulong version, ulong oldest) =>
        new(410, "Expired", $"too old resource version: {version} ({oldest})");

    public static Failure TooNew(ulong version, ulong current) =>
        new(504, "Timeout", $"Too large resource version: {version}, current: {current}");

    public static Failure OldEtcd { get; } =
        new(
            500,
            "InternalError",
            "a watch stream was requested by the client but the required storage feature RequestWatchProgress is disabled"
        );

    public static Failure Of(StoreException error) => new(error.Code, error.Reason, error.Message);

    /// <summary>What a server says with a code that it was told to answer.</summary>
    public static Failure Of(int code, string user, string verb, string resource) =>
        code switch
        {
            401 => new(401, "Unauthorized", "Unauthorized"),
            403 => new(
                403,
                "Forbidden",
                $"{resource} is forbidden: User \"{user}\" cannot {verb} resource \"{resource}\""
            ),
            410 => new(410, "Expired", "too old resource version"),
            429 => new(
                429,
                "TooManyRequests",
                "the server has received too many requests and has asked us to try again later"
            ),
            503 => new(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
            504 => new(504, "Timeout", "Too large resource version"),
            _ => new(code, "InternalError", "Internal error occurred: as the test asked for"),
        };

    public void Write(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("kind", "Status");
        writer.WriteString("apiVersion", "v1");
        writer.WriteStartObject("metadata");
        if (Continue.Length > 0)
        {
            writer.WriteString("continue", Continue);
        }

        writer.WriteEndObject();
        writer.WriteString("status", "Failure");
        writer.WriteString("message", Message);
        writer.WriteString("reason", Reason);
        if (Reason == "Timeout")
        {
            WriteTooLargeVersion(writer);
        }

        writer.WriteNumber("code", Code);
        writer.WriteEndObject();
    }

    // By this cause client-go tells a version still to come from other timeouts.
    private static void WriteTooLargeVersion(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("details");
        writer.WriteStartArray("causes");
        writer.WriteStartObject();
        writer.WriteString("reason", "ResourceVersionTooLarge");
        writer.WriteString("message", "Too large resource version");
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteNumber("retryAfterSeconds", 1);
        writer.WriteEndObject();
    }
}

/// <summary>Ends a request with a failure.</summary>
internal sealed class FailureException(Failure failure) : Exception(failure.Message)
{
    public Failure Failure { get; } = failure;
}
