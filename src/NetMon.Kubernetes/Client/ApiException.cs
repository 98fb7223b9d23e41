using System.Net.Sockets;
using System.Security.Authentication;

namespace NetMon.Kubernetes.Client;

/// <summary>A request to the API server that failed. The message says what, in one line.</summary>
internal sealed class ApiException(string reason, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>One of <see cref="ErrorReasons"/>.</summary>
    public string Reason { get; } = reason;

    /// <summary>HTTP status code; 0 if there was no answer.</summary>
    public int Code { get; init; }

    /// <summary>It came in a watch, within an answer of 200.</summary>
    public bool IsInBand { get; init; }

    /// <summary>How long the server asks to be left alone; null if it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What went wrong on the way, under our names.</summary>
    public static ApiException From(Exception error, RequestTimer timer)
    {
        if (error is ApiException known)
        {
            return known;
        }

        if (error is OperationCanceledException && timer.HasRunOut)
        {
            return new ApiException(
                ErrorReasons.Timeout,
                $"no answer within {timer.Elapsed.TotalSeconds:0} s",
                error
            );
        }

        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case ApiException:
                    return (ApiException)cause;
                case AuthenticationException:
                    return new ApiException(ErrorReasons.Tls, cause.Message, error);
                case SocketException:
                    return new ApiException(ErrorReasons.Connection, cause.Message, error);
                case InvalidDataException:
                    return new ApiException(ErrorReasons.Protocol, cause.Message, error);
                case TimeoutException or OperationCanceledException:
                    return new ApiException(ErrorReasons.Timeout, "no connection in time", error);
            }
        }

        return new ApiException(ErrorReasons.Connection, error.Message, error);
    }

    /// <summary>Whether a request may fail with this; anything else is a fault of ours.</summary>
    public static bool IsExpected(Exception error) =>
        error
            is ApiException
                or HttpRequestException
                or IOException
                or InvalidDataException
                or OperationCanceledException
                or SocketException
                or AuthenticationException;
}
