using NetMon.Core.Endpoints;
using NetMon.Core.Metrics.Tables;
using NetMon.Core.Tests.Metrics.Labels;

namespace NetMon.Core.Tests.Metrics.Tables;

public class SeriesTableConcurrencyTests
{
    private const int Names = 64;
    private const int Limit = 40;
    private const int Scrapes = 2000;

    // A series counts in steps that only its labels have: a value of another series is no multiple of it, all but surely.
    private const int FirstPrime = 10_007;

    private readonly TableUnderTest _agent = new(Limit, "src_workload");
    private readonly long[] _steps = [.. Primes(FirstPrime).Take(Names)];

    [Fact]
    public async Task Scrapes_beside_a_writer_that_drops_series_see_each_once_with_its_own_values()
    {
        var enough = false;
        var writer = Task.Factory.StartNew(
            () =>
            {
                var random = new Random(1);
                for (var round = 0; !Volatile.Read(ref enough); round++)
                {
                    Churn(random);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

        var dropped = 0d;
        for (var scrape = 0; (scrape < Scrapes || dropped == 0) && !writer.IsFaulted; scrape++)
        {
            // Fails on labels that are there twice.
            var samples = Exposition.Samples(_agent.Registry);
            dropped = samples["netmon_series_dropped_total{family=\"c_total\"}"];
            var shown = 0;
            foreach (var (name, value) in samples)
            {
                if (!name.StartsWith("c_total{src_workload=\"w", StringComparison.Ordinal))
                {
                    continue;
                }

                var number = int.Parse(
                    name.Split("\"w")[1].Split('"')[0],
                    System.Globalization.CultureInfo.InvariantCulture
                );
                Assert.True((long)value % _steps[number] == 0, $"{name} {value}");
                shown++;
            }

            Assert.InRange(shown, 0, Limit);
        }

        Volatile.Write(ref enough, true);
        await writer;
        Assert.True(dropped > 0);
    }

    // Some names count for a while and go, in one breath, so that their slots are soon those of others.
    private void Churn(Random random)
    {
        var workloads = new List<Workload>();
        var handles = new List<(int Name, RowHandle Handle)>();
        for (var i = 0; i < 8; i++)
        {
            var name = random.Next(Names);
            var workload = new Workload("shop", "Job", $"w{name}");
            workloads.Add(workload);
            var flow = TestFlows.Between(TestFlows.Pod(workload, "p"), TestFlows.Pod("b"));
            handles.Add((name, _agent.Table.Hold(flow.Sent())));
        }

        for (var i = 0; i < 20; i++)
        {
            var (name, handle) = handles[random.Next(handles.Count)];
            _agent.Count.Add(_agent.Table[handle], _steps[name]);
        }

        foreach (var (_, handle) in handles)
        {
            var given = handle;
            _agent.Table.Release(ref given);
        }

        workloads.ForEach(workload => workload.IsGone = true);
        _agent.Pass(TableUnderTest.StaleAfter);
    }

    private static IEnumerable<long> Primes(long from)
    {
        for (var candidate = from; ; candidate += 2)
        {
            var divisor = 3L;
            while (divisor * divisor <= candidate && candidate % divisor != 0)
            {
                divisor += 2;
            }

            if (divisor * divisor > candidate)
            {
                yield return candidate;
            }
        }
    }
}
