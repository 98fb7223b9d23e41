namespace NetMon.Core.Metrics;

/// <summary>
/// Tells the samples of a family when it is exposed; called by whichever thread exposes it, also by several at
/// once.
/// </summary>
public delegate void MetricObserver(ref MetricSamples samples);

/// <summary>Takes the samples of an observed family.</summary>
public ref struct MetricSamples
{
    private readonly Instrument _instrument;
    private ExpositionWriter _writer;

    internal MetricSamples(Instrument instrument, ExpositionWriter writer)
    {
        _instrument = instrument;
        _writer = writer;
    }

    /// <summary>The writer after the samples: it goes from hand to hand, since a ref struct cannot be referred to.</summary>
    internal readonly ExpositionWriter Writer => _writer;

    /// <param name="value">The sample's value.</param>
    /// <param name="labels">A value for each of the family's labels, in their order; no two samples with the same.</param>
    public void Add(long value, params ReadOnlySpan<string> labels) =>
        _writer.WriteSample(LabelText.Format(_instrument.Labels, labels), value);

    /// <inheritdoc cref="Add(long, ReadOnlySpan{string})"/>
    public void Add(double value, params ReadOnlySpan<string> labels) =>
        _writer.WriteSample(LabelText.Format(_instrument.Labels, labels), value);
}

/// <summary>A family whose values lie elsewhere and are asked for at each exposition.</summary>
internal sealed class ObservedFamily(Instrument instrument, MetricObserver observer)
    : MetricFamily(instrument)
{
    internal override void WriteSamples(ref ExpositionWriter writer)
    {
        var samples = new MetricSamples(Instrument, writer);
        observer(ref samples);
        writer = samples.Writer;
    }
}
