using NetMon.Core.Metrics;

namespace NetMon.Agent.Api.Limits;

/// <summary>Counts what was refused, by reason. Any thread.</summary>
internal sealed class Refusals
{
    private readonly long[] _counts = new long[RefusalReasons.All.Count];

    public void Count(string reason)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            if (ReferenceEquals(RefusalReasons.All[i], reason) || RefusalReasons.All[i] == reason)
            {
                Interlocked.Increment(ref _counts[i]);
                return;
            }
        }
    }

    public long Read(string reason) =>
        Volatile.Read(ref _counts[RefusalReasons.All.TakeWhile(each => each != reason).Count()]);

    public void Write(ref MetricSamples samples)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            samples.Add(Volatile.Read(ref _counts[i]), RefusalReasons.All[i]);
        }
    }
}
