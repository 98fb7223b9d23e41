using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Attribution;

/// <summary>Gathers questions to connection tracking, and asks them together at a bounded rate. The capture loop's.</summary>
internal sealed class ConnectionQuestions(
    IConnectionLookup connections,
    AttributionLimits limits,
    AttributionCounters counters
)
{
    private const int Room = 64;

    /// <summary>After so many answers of which none is a connection it is taken that nothing is tracked here.</summary>
    private const int Disappointments = 32;

    private readonly TokenBucket _tokens = new(limits);
    private readonly ConnectionTuple[] _asked = new ConnectionTuple[Room];
    private readonly TranslatedConnection[] _found = new TranslatedConnection[Room];
    private readonly int[] _places = new int[Room];
    private int _count;
    private int _disappointed;

    public bool IsFull => _count == Room;

    /// <summary>Whether connections are found at all lately.</summary>
    public bool FindsAny => _disappointed < Disappointments;

    /// <summary>Whether far less is asked than might be.</summary>
    public bool IsAmple(ulong nowNs)
    {
        _tokens.Fill(nowNs);
        return _tokens.IsAmple;
    }

    public void Begin(ulong nowNs) => _tokens.Fill(nowNs);

    /// <returns>False if the rate allows no more.</returns>
    public bool TryAdd(int place, in ConnectionTuple tuple)
    {
        if (!_tokens.TryTake())
        {
            counters.Add(LookupResult.Limited);
            return false;
        }

        _places[_count] = place;
        _asked[_count++] = tuple;
        return true;
    }

    /// <returns>The places of the flows that were asked for, in the order of the answers.</returns>
    public ReadOnlySpan<int> Send(out ReadOnlySpan<TranslatedConnection> answers)
    {
        var count = _count;
        _count = 0;
        if (count > 0)
        {
            connections.Find(_asked.AsSpan(0, count), _found);
        }

        answers = _found.AsSpan(0, count);
        return _places.AsSpan(0, count);
    }

    public void Count(LookupResult result)
    {
        counters.Add(result);
        _disappointed =
            result is LookupResult.Translated or LookupResult.Untranslated ? 0
            : result == LookupResult.NotFound ? Math.Min(_disappointed + 1, Disappointments)
            : _disappointed;
    }
}
