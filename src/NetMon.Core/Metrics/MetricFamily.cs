namespace NetMon.Core.Metrics;

/// <summary>An instrument and its series.</summary>
public abstract class MetricFamily
{
    private protected MetricFamily(Instrument instrument)
    {
        Instrument = instrument;
    }

    public Instrument Instrument { get; }

    internal abstract void WriteSamples(ref ExpositionWriter writer);
}
