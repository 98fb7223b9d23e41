using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Requests;

namespace NetMon.Lab.ApiServer;

/// <summary>A request as it came: what tests look at to see what a client did.</summary>
/// <param name="Verb">get, list, watch, create, update, patch, delete.</param>
/// <param name="Protocol"><c>HTTP/1.1</c>, <c>HTTP/2</c>.</param>
public sealed record SeenRequest(
    DateTimeOffset Time,
    string Verb,
    string Resource,
    string Query,
    string Accept,
    string Protocol
);

/// <summary>The last requests for objects.</summary>
public sealed class RequestLog
{
    private const int Capacity = 10_000;
    private readonly Lock _lock = new();
    private readonly Queue<SeenRequest> _requests = new();
    private readonly TimeProvider _time;

    internal RequestLog(TimeProvider time) => _time = time;

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<SeenRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _requests.Clear();
        }
    }

    internal void Add(HttpContext context, ApiPath path, string verb)
    {
        var request = new SeenRequest(
            _time.GetUtcNow(),
            verb,
            path.Type.Plural,
            context.Request.QueryString.ToString(),
            context.Request.Headers.Accept.ToString(),
            context.Request.Protocol
        );
        lock (_lock)
        {
            if (_requests.Count == Capacity)
            {
                _requests.Dequeue();
            }

            _requests.Enqueue(request);
        }
    }
}
