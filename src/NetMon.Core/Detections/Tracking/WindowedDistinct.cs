namespace NetMon.Core.Detections.Tracking;

/// <summary>Counts distinct things, and how often one was added, over a window: the running half of it and the half before.</summary>
/// <remarks>So a count is over half a window at least and a whole one at most, and growing old costs nothing per thing.</remarks>
internal struct WindowedDistinct
{
    private const int MostRepeats = 4;

    /// <summary>With more, nearly every place of the bitmaps is hit.</summary>
    private const int CountableMost = 800;

    private Bitmap256 _now;
    private Bitmap256 _before;

    /// <summary>0: it has not begun, however short a time ago the machine started.</summary>
    private ulong _turnNs;
    private int _added;
    private int _addedBefore;

    /// <summary>Distinct things in the window.</summary>
    public readonly int Count => Bitmap256.Estimate(in _now, in _before);

    /// <summary>Calls of <see cref="Add"/> in the window.</summary>
    public readonly int Added => _added + _addedBefore;

    /// <summary>Each thing was added more than four times, on average: whoever does that checks, and does not search. Of very many nobody can tell.</summary>
    public readonly bool IsRepetitive => Count < CountableMost && Added > Count * MostRepeats;

    public readonly Bitmap256 Union => Bitmap256.Union(in _now, in _before);

    /// <summary>Lets what is older than the window go.</summary>
    /// <returns>Whether nothing is left.</returns>
    public bool Advance(ulong nowNs, ulong windowNs)
    {
        var half = windowNs / 2;
        if (_turnNs > 0 && nowNs < _turnNs + half)
        {
            return false;
        }

        var all = _turnNs == 0 || nowNs >= _turnNs + windowNs;
        _before = all ? default : _now;
        _addedBefore = all ? 0 : _added;
        _now.Clear();
        _added = 0;
        _turnNs = Math.Max(1, nowNs);
        return all;
    }

    /// <returns>Whether the thing was not in the window, as far as can be told.</returns>
    public bool Add(ulong hash)
    {
        _added += _added == int.MaxValue ? 0 : 1;
        return _now.Add(hash) & !_before.Contains(hash);
    }

    public void Remove(ulong hash)
    {
        _now.Remove(hash);
        _before.Remove(hash);
    }
}
