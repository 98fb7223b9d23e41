using Microsoft.Extensions.Logging;
using NetMon.Kubernetes.Objects;
using NetMon.Kubernetes.Reading;

namespace NetMon.Kubernetes.Watching;

/// <summary>Reads the objects of one resource and hands them to the sink, in the order that the sink asks for.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class ObjectFeed<T>(
    WatchedResource<T> resource,
    IObjectSink<T> sink,
    WatchStatus status,
    TimeProvider time,
    ILogger logger
)
    where T : class
{
    private readonly ObjectReader<T> _reader = new(resource.Read);
    private readonly MessageLimit _messages = new(time, TimeSpan.FromSeconds(10));
    private bool _inList;
    private long _listed;
    private long _listStarted;

    public void BeginList()
    {
        Abort();
        _listed = 0;
        _listStarted = time.GetTimestamp();
        _inList = true;
        sink.BeginList();
    }

    /// <summary>Ends the list. What it did not hold is gone.</summary>
    /// <param name="way">How the objects came, for the log.</param>
    public void EndList(string way)
    {
        _inList = false;
        sink.EndList();
        var duration = time.GetElapsedTime(_listStarted);
        status.Listed(_listed, duration);
        KubernetesLog.Listed(logger, resource.Name, _listed, duration.TotalMilliseconds, way);
    }

    /// <summary>Ends the list, if there is one, as one that broke off.</summary>
    public void Abort()
    {
        if (_inList)
        {
            _inList = false;
            sink.AbortList();
        }
    }

    /// <param name="json">The wanted fields of an object as it is now.</param>
    public void Apply(ReadOnlySpan<byte> json, bool isTruncated)
    {
        if (TryRead(json, isTruncated, out var item))
        {
            _listed++;
            sink.Apply(item!);
        }
    }

    /// <param name="json">The wanted fields of an object that is gone, as it was last.</param>
    public void Delete(ReadOnlySpan<byte> json)
    {
        if (TryRead(json, isTruncated: false, out var item))
        {
            sink.Delete(item!);
        }
    }

    /// <summary>An event cannot be used.</summary>
    /// <param name="frame">The wanted fields of the event, or their beginning.</param>
    public void ReportFrame(ReadOnlySpan<byte> frame, string error) =>
        Report(ObjectNaming.NameOf(frame), error);

    private void Report(string name, string error)
    {
        status.Read(isReadable: false, _reader.Context.ValuesIgnored);
        if (_messages.TryPass(out var suppressed))
        {
            KubernetesLog.Unreadable(logger, resource.Name, name, error, suppressed);
        }
    }

    private bool TryRead(ReadOnlySpan<byte> json, bool isTruncated, out T? item)
    {
        var result = _reader.Read(json, isTruncated);
        item = result.Item;
        if (item is null)
        {
            Report(result.Name!, result.Error!);
            return false;
        }

        status.Read(isReadable: true, _reader.Context.ValuesIgnored);
        return true;
    }
}
