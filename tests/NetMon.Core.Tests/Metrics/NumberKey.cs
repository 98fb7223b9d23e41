using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

/// <summary>The same number in two labels.</summary>
public readonly record struct NumberKey(int Number) : ISeriesKey<NumberKey>
{
    public void WriteLabels(ref LabelWriter labels)
    {
        labels.Add(Number);
        labels.Add(Number);
    }
}
