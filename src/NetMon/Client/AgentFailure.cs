using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NetMon.Terminal;

namespace NetMon.Client;

/// <summary>Says what went wrong with an agent, and what a person can do about it.</summary>
internal static class AgentFailure
{
    /// <summary>Of an error's text, characters shown.</summary>
    private const int MaxText = 300;

    /// <summary>Bytes read of the body of a refusal.</summary>
    private const int MaxBody = 8 * 1024;

    private const string CheckAddress =
        "check the address given with --server ADDR:PORT|unix:PATH or NETMON_SERVER";

    private const string CheckAgent =
        "start one there with netmon agent, or name another with --server ADDR:PORT|unix:PATH or NETMON_SERVER";

    /// <summary>A failure of the conversation with the agent, not of this program or its output.</summary>
    public static bool IsOurs(Exception e) =>
        e
            is HttpRequestException
                or IOException
                or SocketException
                or OperationCanceledException
                or JsonException
                or InvalidDataException;

    public static AgentException From(Exception e, ServerAddress address) =>
        e switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                new AgentException(
                    $"the host name {TerminalText.Clean(address.Host, MaxText)} cannot be resolved",
                    CheckAddress,
                    e
                )
                {
                    Transient = true,
                },
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
                when e.GetBaseException().Message.Contains("frame", StringComparison.Ordinal) =>
                new AgentException(
                    $"what listens at {address} does not speak TLS",
                    "ask it without https://, or give the agent a certificate (api.tls, docs/security.md)",
                    e
                ),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                new AgentException(
                    $"no TLS with the agent at {address}: {Reason(e)}",
                    "name the authority of its certificate with --ca, and ask by a name or address that the certificate is made out for",
                    e
                ),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => Away(
                $"no agent answers at {address}: {SocketProblem(address) ?? Reason(e)}",
                e
            ),
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
                when address is { IsTls: false, SocketPath: null } => new AgentException(
                $"what listens at {address} closed the connection without an answer",
                $"if it speaks TLS, ask it with --server https://{address}; else see the agent's log",
                e
            )
            {
                Transient = true,
            },
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => new AgentException(
                $"what listens at {address} does not speak HTTP",
                CheckAddress,
                e
            ),
            OperationCanceledException => Away($"the agent at {address} did not answer in time", e),
            JsonException or InvalidDataException => new AgentException(
                $"the agent at {address} sent something that is not a flow: {Reason(e)}",
                "compare the versions: netmon version here and on the agent's host",
                e
            ),
            _ => Away($"the connection to the agent at {address} broke: {Reason(e)}", e),
        };

    /// <summary>From an answer other than 200.</summary>
    public static async Task<AgentException> FromAnswerAsync(
        HttpResponseMessage answer,
        ServerAddress address,
        CancellationToken cancellationToken
    )
    {
        var text = await ReadErrorAsync(answer, cancellationToken);
        var status = (int)answer.StatusCode;
        var said = text.Length > 0 ? text : $"{status} {answer.ReasonPhrase}";
        return answer.StatusCode switch
        {
            HttpStatusCode.BadRequest => new AgentException(
                $"the agent at {address} refused the request: {said}",
                "see the verb's --help for what it takes"
            ),
            HttpStatusCode.Unauthorized => new AgentException(
                $"the agent at {address} wants to know who asks: {said}",
                "give --token-file, or --cert and --key"
            ),
            HttpStatusCode.Forbidden => new AgentException(
                $"the agent at {address} refused: {said}",
                "docs/security.md says who may ask for what; on the agent's machine root may ask by its socket"
            ),
            HttpStatusCode.NotFound => new AgentException(
                $"what listens at {address} has no flow API (404)",
                CheckAddress
            ),
            >= HttpStatusCode.InternalServerError => new AgentException(
                $"the agent at {address} cannot answer now ({status}): {said}",
                "see the agent's log and its /readyz"
            )
            {
                Transient = true,
            },
            _ => new AgentException($"the agent at {address} answered {status}: {said}", CheckAddress),
        };
    }

    // What the runtime says of these tells nobody anything.
    private static string? SocketProblem(ServerAddress address) =>
        address.SocketPath is not { } path ? null
        : Directory.Exists(path) ? "that is a directory"
        : !File.Exists(path) ? "there is no such socket"
        : null;

    private static AgentException Away(string message, Exception cause) =>
        new(message, CheckAgent, cause) { Transient = true };

    /// <summary>The innermost message: what the operating system said.</summary>
    private static string Reason(Exception e)
    {
        var text = TerminalText.Clean(e.GetBaseException().Message, MaxText);
        return text.Length > 0 ? char.ToLowerInvariant(text[0]) + text[1..] : e.GetType().Name;
    }

    /// <summary>The text of an error's body: its <c>error</c> field, or a short plain text; empty if there is none.</summary>
    private static async Task<string> ReadErrorAsync(
        HttpResponseMessage answer,
        CancellationToken cancellationToken
    )
    {
        var buffer = new byte[MaxBody];
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var count = await body.ReadAtLeastAsync(
            buffer,
            buffer.Length,
            throwOnEndOfStream: false,
            cancellationToken
        );
        var text = buffer.AsMemory(0, count);
        return TerminalText.Clean(ErrorField(text) ?? FirstLine(text), MaxText);
    }

    private static string? ErrorField(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.String
                ? error.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string FirstLine(ReadOnlyMemory<byte> body)
    {
        var text = Encoding.UTF8.GetString(body.Span).Trim();
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }
}
