using System.Collections.Concurrent;
using System.Diagnostics;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Netlink;

internal enum LinkChange
{
    Added,
    Changed,
    Removed,
}

internal sealed record LinkEvent(LinkChange Change, NetworkLink Link, long Timestamp);

/// <summary>Keeps what a watcher tells.</summary>
internal sealed class RecordingObserver : ILinkObserver
{
    private readonly Lock _gate = new();
    private readonly List<LinkEvent> _events = [];

    public ConcurrentQueue<Exception> Failures { get; } = new();

    /// <summary>Called before each event is kept.</summary>
    public Action<LinkEvent>? OnEvent { get; set; }

    public List<LinkEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    public void Added(in NetworkLink link) => Keep(LinkChange.Added, link);

    public void Changed(in NetworkLink before, in NetworkLink after) => Keep(LinkChange.Changed, after);

    public void Removed(in NetworkLink link) => Keep(LinkChange.Removed, link);

    public void Failed(Exception error) => Failures.Enqueue(error);

    /// <summary>Waits until an event is there, also among those of the past.</summary>
    public LinkEvent Wait(Func<LinkEvent, bool> condition)
    {
        var found = Eventually(() => Events.FirstOrDefault(condition));
        return found ?? throw new TimeoutException("the watcher did not tell of it");
    }

    /// <summary>Asks again and again, for 30 s at most, until the answer is not null.</summary>
    public static T? Eventually<T>(Func<T?> question)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = question();
            if (answer is not null || Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(30))
            {
                return answer;
            }

            Thread.Sleep(1);
        }
    }

    private void Keep(LinkChange change, NetworkLink link)
    {
        var happened = new LinkEvent(change, link, Stopwatch.GetTimestamp());
        OnEvent?.Invoke(happened);
        lock (_gate)
        {
            _events.Add(happened);
        }
    }
}
