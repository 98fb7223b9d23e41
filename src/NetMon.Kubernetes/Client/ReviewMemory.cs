namespace NetMon.Kubernetes.Client;

/// <summary>Answers of the API server for a while: a value, or that there is none. Bounded; any thread.</summary>
internal sealed class ReviewMemory<T>(TimeProvider time)
    where T : class
{
    private const int Most = 1024;
    private static readonly TimeSpan Good = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Bad = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (T? Value, long At)> _answers = new(StringComparer.Ordinal);

    // In the order in which they came; a key that came again is in it twice, and its first place means nothing.
    private readonly Queue<(string Key, long At)> _order = new();

    public bool TryGet(string key, out T? value)
    {
        lock (_gate)
        {
            var known = _answers.TryGetValue(key, out var answer);
            value = answer.Value;
            return known && time.GetElapsedTime(answer.At) < (value is null ? Bad : Good);
        }
    }

    public void Set(string key, T? value)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _answers[key] = (value, now);
            _order.Enqueue((key, now));
            while (_order.Count > Most)
            {
                var (oldest, at) = _order.Dequeue();
                if (_answers.TryGetValue(oldest, out var answer) && answer.At == at)
                {
                    _answers.Remove(oldest);
                }
            }
        }
    }
}
