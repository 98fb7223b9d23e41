using System.Buffers;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Core.Metrics;

/// <summary>The families of a process, and their exposition.</summary>
/// <remarks>
/// Families are made at start-up, from any thread. What a family's series count is written by one thread per family;
/// exposing them takes no lock that the writer would meet and allocates nothing on its behalf.
/// </remarks>
public sealed class MetricRegistry
{
    /// <summary>Series per family unless said otherwise.</summary>
    public const int DefaultSeriesLimit = 10_000;

    private readonly Lock _registration = new();
    private volatile Entry[] _entries = [];

    public MetricRegistry()
    {
        Observe(Instruments.Series, WriteSeries);
        Observe(Instruments.SeriesDropped, WriteDropped);
        Observe(Instruments.SeriesOverflow, WriteOverflow);
    }

    /// <param name="instrument">A counter.</param>
    /// <param name="seriesLimit">The most series, beside the one that takes the rest.</param>
    public CounterFamily<TKey> Counter<TKey>(Instrument instrument, int seriesLimit = DefaultSeriesLimit)
        where TKey : struct, ISeriesKey<TKey> =>
        Register(new CounterFamily<TKey>(Expect(instrument, MetricType.Counter), seriesLimit));

    /// <summary>A counter without labels, from 0.</summary>
    public CounterFamily<NoLabels> Counter(Instrument instrument)
    {
        var family = Counter<NoLabels>(instrument, seriesLimit: 1);
        family.GetOrAdd(default);
        return family;
    }

    /// <param name="instrument">A gauge.</param>
    /// <param name="seriesLimit">The most series, beside the one that takes the rest.</param>
    public GaugeFamily<TKey> Gauge<TKey>(Instrument instrument, int seriesLimit = DefaultSeriesLimit)
        where TKey : struct, ISeriesKey<TKey> =>
        Register(new GaugeFamily<TKey>(Expect(instrument, MetricType.Gauge), seriesLimit));

    /// <summary>A gauge without labels, from 0.</summary>
    public GaugeFamily<NoLabels> Gauge(Instrument instrument)
    {
        var family = Gauge<NoLabels>(instrument, seriesLimit: 1);
        family.GetOrAdd(default);
        return family;
    }

    /// <param name="instrument">A histogram.</param>
    /// <param name="bounds">Upper bounds of the buckets, increasing; a last one without bound is added.</param>
    /// <param name="seriesLimit">The most series, beside the one that takes the rest.</param>
    public HistogramFamily<TKey> Histogram<TKey>(
        Instrument instrument,
        ReadOnlySpan<double> bounds,
        int seriesLimit = DefaultSeriesLimit
    )
        where TKey : struct, ISeriesKey<TKey> =>
        Register(
            new HistogramFamily<TKey>(
                Expect(instrument, MetricType.Histogram),
                seriesLimit,
                new HistogramBuckets(bounds.ToArray())
            )
        );

    /// <summary>Counters in the rows of a table, with its labels.</summary>
    /// <param name="instrument">A counter.</param>
    /// <param name="table">Where its series are.</param>
    public TableCounter Counter(Instrument instrument, SeriesTable table) =>
        Register(
            new TableCounter(
                Expect(instrument, MetricType.Counter).With([.. table.Labels.Names]),
                table,
                [
                    [],
                ]
            )
        );

    /// <summary>Counters in the rows of a table, with its labels and one more.</summary>
    /// <param name="instrument">A counter.</param>
    /// <param name="table">Where its series are.</param>
    /// <param name="label">The further label.</param>
    /// <param name="values">Its values: series of a row, in this order.</param>
    public TableCounter Counter(
        Instrument instrument,
        SeriesTable table,
        string label,
        params IEnumerable<string> values
    ) =>
        Register(
            new TableCounter(
                Expect(instrument, MetricType.Counter).With([.. table.Labels.Names, label]),
                table,
                [.. values.Select(value => LabelText.Format([label], [value]))]
            )
        );

    /// <summary>Histograms in the rows of a table, with its labels and one more.</summary>
    /// <param name="instrument">A histogram.</param>
    /// <param name="table">Where its series are.</param>
    /// <param name="bounds">Upper bounds of the buckets, increasing; a last one without bound is added.</param>
    /// <param name="label">The further label.</param>
    /// <param name="values">Its values: series of a row, in this order.</param>
    public TableHistogram Histogram(
        Instrument instrument,
        SeriesTable table,
        ReadOnlySpan<double> bounds,
        string label,
        params IEnumerable<string> values
    )
    {
        var upper = bounds.ToArray();
        return Register(
            new TableHistogram(
                Expect(instrument, MetricType.Histogram).With([.. table.Labels.Names, label]),
                table,
                [.. values.Select(value => new HistogramBuckets(upper, LabelText.Format([label], [value])))]
            )
        );
    }

    /// <param name="instrument">A summary without labels, in seconds.</param>
    /// <param name="quantiles">Shares from 0 to 1.</param>
    public DurationSummary Summary(Instrument instrument, params ReadOnlySpan<double> quantiles) =>
        Register(new DurationSummary(Expect(instrument, MetricType.Summary), quantiles.ToArray()));

    /// <summary>A counter, gauge or info whose values are asked for at each exposition. Counters must not decrease.</summary>
    public void Observe(Instrument instrument, MetricObserver observer)
    {
        if (instrument.Type is MetricType.Histogram or MetricType.Summary)
        {
            throw new ArgumentException($"observed as single samples: {instrument.Name}", nameof(instrument));
        }

        Register(new ObservedFamily(instrument, observer));
    }

    /// <summary>A gauge or counter without labels whose value is asked for at each exposition.</summary>
    public void Observe(Instrument instrument, Func<double> value) =>
        Observe(instrument, (ref MetricSamples samples) => samples.Add(value()));

    /// <inheritdoc cref="Observe(Instrument, Func{double})"/>
    public void Observe(Instrument instrument, Func<long> value) =>
        Observe(instrument, (ref MetricSamples samples) => samples.Add(value()));

    /// <summary>All families so far.</summary>
    public IEnumerable<MetricFamily> Families => _entries.Select(entry => entry.Family);

    /// <summary>Exposes all families in the order of their making. Any number of threads may at once.</summary>
    public void Write(IBufferWriter<byte> output, ExpositionFormat format)
    {
        var writer = new ExpositionWriter(output, format);
        foreach (var (family, text) in _entries)
        {
            writer.BeginFamily(text);
            family.WriteSamples(ref writer);
        }

        writer.Finish();
    }

    /// <summary>Writes one family of the exposition, so that what was written can leave before the next.</summary>
    /// <param name="output">Gets the text.</param>
    /// <param name="format">Of the text.</param>
    /// <param name="next">Which family: 0 at first; counted on here.</param>
    /// <returns>False after the last.</returns>
    public bool WriteNext(IBufferWriter<byte> output, ExpositionFormat format, ref int next)
    {
        var entries = _entries;
        var writer = new ExpositionWriter(output, format);
        if (next < entries.Length)
        {
            writer.BeginFamily(entries[next].Text);
            entries[next].Family.WriteSamples(ref writer);
            writer.Flush();
            next++;
            return true;
        }

        writer.Finish();
        return false;
    }

    /// <summary>The samples of one family now; empty if there is no such family.</summary>
    /// <param name="name">Its name, with the suffix of its type.</param>
    public IReadOnlyList<MetricSample> Read(string name)
    {
        foreach (var (family, text) in _entries)
        {
            if (string.Equals(family.Instrument.Name, name, StringComparison.Ordinal))
            {
                var output = new ArrayBufferWriter<byte>();
                var writer = new ExpositionWriter(output, ExpositionFormat.PrometheusText);
                writer.BeginFamily(text);
                family.WriteSamples(ref writer);
                writer.Finish();
                return SampleReader.Read(output.WrittenSpan, name);
            }
        }

        return [];
    }

    private static Instrument Expect(Instrument instrument, MetricType type) =>
        instrument.Type == type
            ? instrument
            : throw new ArgumentException(
                $"{instrument.Name} is a {instrument.Type}, not a {type}",
                nameof(instrument)
            );

    private TFamily Register<TFamily>(TFamily family)
        where TFamily : MetricFamily
    {
        lock (_registration)
        {
            foreach (var (other, _) in _entries)
            {
                if (
                    string.Equals(other.Instrument.Family, family.Instrument.Family, StringComparison.Ordinal)
                )
                {
                    throw new ArgumentException(
                        $"registered twice: {family.Instrument.Name}",
                        nameof(family)
                    );
                }
            }

            _entries = [.. _entries, new Entry(family, FamilyText.Of(family.Instrument))];
            return family;
        }
    }

    private void WriteSeries(ref MetricSamples samples)
    {
        foreach (var family in BoundedFamilies())
        {
            samples.Add((long)family.SeriesCount, family.Instrument.Name);
        }
    }

    private void WriteDropped(ref MetricSamples samples)
    {
        foreach (var family in BoundedFamilies())
        {
            if (family.Dropped is { } dropped)
            {
                samples.Add(dropped, family.Instrument.Name);
            }
        }
    }

    private void WriteOverflow(ref MetricSamples samples)
    {
        foreach (var family in BoundedFamilies())
        {
            samples.Add(family.Overflowed, family.Instrument.Name);
        }
    }

    private IEnumerable<BoundedFamily> BoundedFamilies() =>
        Families.OfType<BoundedFamily>().Where(family => family.Instrument.Labels.Count > 0);

    private readonly record struct Entry(MetricFamily Family, FamilyText Text);
}

/// <summary>Families without labels, by their only series.</summary>
public static class PlainFamilies
{
    private static readonly SeriesHandle Only = new(SeriesFamily.OverflowSeries + 1);

    public static void Add(this CounterFamily<NoLabels> family, long value) => family.Add(Only, value);

    public static void Add(this GaugeFamily<NoLabels> family, double value) => family.Add(Only, value);

    public static void Set(this GaugeFamily<NoLabels> family, double value) => family.Set(Only, value);
}
