using System.Buffers;
using NetMon.Core.Metrics;
using NetMon.Testing;

namespace NetMon.Core.Tests.Metrics;

public class ConcurrencyTests
{
    // Equal halves: a value that was read half old and half new has halves that differ.
    private const long Step = (1L << 32) + 1;

    // The overflow series takes a quarter at most: its value stays below 2^53, which the text is read back to exactly.
    private const int MaxRounds = 4_000_000;
    private const int Keys = 2000;
    private const int Limit = 1500;
    private const int Scrapes = 40;

    private readonly MetricRegistry _registry = new();
    private readonly CounterFamily<NumberKey> _counter;
    private readonly HistogramFamily<NoLabels> _histogram;

    public ConcurrencyTests()
    {
        _counter = _registry.Counter<NumberKey>(
            new Instrument("t_total", MetricType.Counter, "", "Help.", "a", "b"),
            Limit
        );
        _histogram = _registry.Histogram<NoLabels>(
            new Instrument("h", MetricType.Histogram, "", "Help."),
            [1, 2, 3]
        );
    }

    [Fact]
    public async Task Scrapes_beside_the_writer_see_whole_values_that_never_decrease()
    {
        var enough = false;
        var writer = StartThread(() =>
        {
            var rounds = 0;
            while (!Volatile.Read(ref enough) && rounds < MaxRounds)
            {
                Write(rounds++);
            }

            return rounds;
        });

        // Series are there once the writer has met them.
        Assert.True(
            SpinWait.SpinUntil(
                () => Exposition.Samples(_registry).GetValueOrDefault("h_count") > 0,
                TimeSpan.FromSeconds(30)
            )
        );
        var before = new Dictionary<string, double>(StringComparer.Ordinal);
        for (var i = 0; i < Scrapes; i++)
        {
            var now = Exposition.Samples(_registry);
            Check(before, now);
            before = now;
        }

        Volatile.Write(ref enough, true);
        var total = await writer;
        var final = Exposition.Samples(_registry);
        Check(before, final);
        Assert.Equal(
            total,
            final
                .Where(sample => sample.Key.StartsWith("t_total", StringComparison.Ordinal))
                .Sum(sample => (long)sample.Value >> 32)
        );
        Assert.Equal(total, final["h_count"]);
    }

    [Fact]
    public async Task Scraping_allocates_nothing_on_behalf_of_the_writer()
    {
        var writer = StartThread(() =>
            Allocation.Of(() =>
            {
                for (var round = 0; round < 300_000; round++)
                {
                    Write(round);
                }
            })
        );
        var output = new ArrayBufferWriter<byte>(1 << 20);
        while (!writer.IsCompleted)
        {
            output.ResetWrittenCount();
            _registry.Write(output, ExpositionFormat.PrometheusText);
        }

        Assert.Equal(0, await writer);
    }

    // Keys appear little by little, so that scrapes meet new series.
    private void Write(int round)
    {
        _counter.Add(new NumberKey(round % Math.Min((round / 100) + 1, Keys)), Step);
        _histogram.Observe(default(NoLabels), round % 5);
    }

    private static Task<T> StartThread<T>(Func<T> run) =>
        Task.Factory.StartNew(
            run,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

    private static void Check(Dictionary<string, double> before, Dictionary<string, double> now)
    {
        foreach (var (name, value) in now)
        {
            Assert.True(value >= before.GetValueOrDefault(name), name);
            if (name.StartsWith("t_total", StringComparison.Ordinal))
            {
                var whole = (long)value;
                Assert.Equal(whole >> 32, whole & 0xffff_ffff);
            }
        }

        Assert.True(now.Count >= before.Count);
        if (now.TryGetValue("h_count", out var count))
        {
            Assert.True(now["h_bucket{le=\"1\"}"] <= now["h_bucket{le=\"2\"}"]);
            Assert.True(now["h_bucket{le=\"2\"}"] <= now["h_bucket{le=\"3\"}"]);
            Assert.True(now["h_bucket{le=\"3\"}"] <= count);
        }
    }
}
