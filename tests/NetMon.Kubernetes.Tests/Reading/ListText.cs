using System.Text;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Reading;
using NetMon.Kubernetes.Watching;

namespace NetMon.Kubernetes.Tests.Reading;

/// <summary>Reads objects as they would be read out of a list.</summary>
internal static class ListText
{
    public static ReadResult<T> Read<T>(WatchedResource<T> resource, string json)
        where T : class =>
        Assert.Single(ReadAll(resource, Encoding.UTF8.GetBytes($"{{\"items\":[{json}]}}"), out _));

    public static List<ReadResult<T>> ReadAll<T>(
        WatchedResource<T> resource,
        byte[] list,
        out ReaderContext context
    )
        where T : class
    {
        using var timer = new RequestTimer(TimeProvider.System, Timeout.InfiniteTimeSpan, default);
        using var stream = new ObjectStream(new MemoryStream(list), resource.ListFields, timer);
        var reader = new ObjectReader<T>(resource.Read);
        var results = new List<ReadResult<T>>();
        while (stream.NextAsync().AsTask().Result == StreamEvent.Item)
        {
            results.Add(reader.Read(stream.Json, stream.IsTruncated));
        }

        context = reader.Context;
        return results;
    }
}
