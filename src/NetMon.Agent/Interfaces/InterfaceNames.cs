using System.Collections.Concurrent;

namespace NetMon.Agent.Interfaces;

/// <summary>Names of interfaces by index, also of those that are gone: flows outlive them. Written by one thread, read by any.</summary>
internal sealed class InterfaceNames
{
    /// <summary>Names of gone interfaces that are kept; the oldest goes first.</summary>
    private const int MaxGone = 4096;

    private readonly ConcurrentDictionary<int, string> _names = [];
    private readonly Queue<int> _gone = [];

    /// <returns>Null if there never was one, or too long ago.</returns>
    public string? Find(int ifindex) => _names.GetValueOrDefault(ifindex);

    public void Set(int ifindex, string name) => _names[ifindex] = name;

    /// <summary>The interface is gone for good; the kernel does not use its number again while there are others.</summary>
    public void Retire(int ifindex)
    {
        _gone.Enqueue(ifindex);
        if (_gone.Count > MaxGone)
        {
            _names.TryRemove(_gone.Dequeue(), out _);
        }
    }
}
