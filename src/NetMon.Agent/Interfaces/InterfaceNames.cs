using System.Collections.Concurrent;

namespace NetMon.Agent.Interfaces;

/// <summary>Names of interfaces by index, also of those that are gone: flows outlive them. Written by one thread, read by any.</summary>
internal sealed class InterfaceNames
{
    /// <summary>Names of gone interfaces that are kept; the oldest goes first.</summary>
    private const int MaxGone = 4096;

    private readonly ConcurrentDictionary<int, string> _names = [];
    private readonly Queue<int> _gone = [];
    private readonly HashSet<int> _present = [];

    /// <returns>Null if there never was one, or too long ago.</returns>
    public string? Find(int ifindex) => _names.GetValueOrDefault(ifindex);

    public void Set(int ifindex, string name)
    {
        _names[ifindex] = name;
        _present.Add(ifindex);
    }

    /// <summary>The interface is gone; one that was only in another namespace meanwhile comes back with its number.</summary>
    public void Retire(int ifindex)
    {
        _present.Remove(ifindex);
        _gone.Enqueue(ifindex);
        if (_gone.Count > MaxGone && _gone.Dequeue() is var oldest && !_present.Contains(oldest))
        {
            _names.TryRemove(oldest, out _);
        }
    }
}
