namespace NetMon.Kubernetes.Watching;

/// <summary>How long to wait after a failure: 0.5 s at first, twice as long each time, 30 s at most; a random part of it, so that a thousand agents do not come back together.</summary>
internal sealed class Backoff(Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private int _failures;

    /// <param name="retryAfter">What the server asks for; null: nothing.</param>
    public TimeSpan Next(TimeSpan? retryAfter)
    {
        var whole = First * Math.Pow(2, Math.Min(_failures++, 10));
        whole = whole < Longest ? whole : Longest;
        var wait = Spread(whole / 2, whole);
        return retryAfter is { } asked && asked > wait ? Spread(asked, asked * 1.25) : wait;
    }

    public void Reset() => _failures = 0;

    /// <summary>A random time between two.</summary>
    public TimeSpan Spread(TimeSpan shortest, TimeSpan longest) =>
        shortest + ((longest - shortest) * random.NextDouble());
}
