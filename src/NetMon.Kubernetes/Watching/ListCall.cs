using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Reading;

namespace NetMon.Kubernetes.Watching;

/// <summary>Lists all objects of a resource, page by page.</summary>
/// <remarks>
/// Pages of one list show one moment. When the server has forgotten that moment in between (410, whether or not it offers a token for
/// the rest as it is now), the list begins again without pages: the rest of another moment would hide what was deleted meanwhile.
/// </remarks>
internal sealed class ListCall<T>(
    ApiClient client,
    WatchedResource<T> resource,
    ObjectFeed<T> feed,
    WatchStatus status,
    ClusterWatchOptions options,
    TimeProvider time
)
    where T : class
{
    // Ten million objects: a server that never ends is not one.
    private const int MostPages = 20_000;

    private readonly Action<int> _answered = code => status.Answered("list", code);

    /// <returns>The version that a watch goes on from.</returns>
    /// <exception cref="ApiException">It failed; the list is aborted by whoever called.</exception>
    public async Task<string> RunAsync(CancellationToken cancellation)
    {
        feed.BeginList();
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            ListEnd end;
            try
            {
                var paging = next is null
                    ? $"?limit={options.PageSize}"
                    : $"?limit={options.PageSize}&continue={Uri.EscapeDataString(next)}";
                end = await ReadPageAsync(paging, cancellation);
            }
            catch (ApiException error) when (next is not null && error.Reason == ErrorReasons.Expired)
            {
                status.Failed(error.Reason, error.Message);
                feed.BeginList();
                end = await ReadPageAsync("", cancellation);
            }

            if (end.Continue is null)
            {
                feed.EndList(page == 0 ? "list" : "paged list");
                return end.ResourceVersion!;
            }

            next = end.Continue;
        }

        throw new ApiException(ErrorReasons.Protocol, $"a list of more than {MostPages} pages");
    }

    private async Task<ListEnd> ReadPageAsync(string query, CancellationToken cancellation)
    {
        using var timer = new RequestTimer(time, options.Patience.List, cancellation);
        var request = new ApiRequest(resource.Path + query, resource.ListAccept, IsCompressed: true);
        using var answer = await client.GetAsync(request, timer, _answered);
        using var objects = new ObjectStream(answer.Body, resource.ListFields, timer);
        try
        {
            return await ReadAsync(objects);
        }
        catch (Exception error)
            when (ApiException.IsExpected(error) && !cancellation.IsCancellationRequested)
        {
            throw ApiException.From(error, timer);
        }
        finally
        {
            status.ReadBytes(objects.BytesRead);
        }
    }

    private async Task<ListEnd> ReadAsync(ObjectStream objects)
    {
        while (true)
        {
            switch (await objects.NextAsync())
            {
                case StreamEvent.Item:
                    feed.Apply(objects.Json, objects.IsTruncated);
                    break;
                case StreamEvent.Document when ListEnd.TryRead(objects.Json, out var end):
                    return end;
                default:
                    throw new InvalidDataException("the answer is not a list");
            }
        }
    }
}
