using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;
using NetMon.Core.Detections.Tracking;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Testing;

namespace NetMon.Core.Tests.Detections;

public class BoundsTests
{
    /// <summary>More than every table holds, of everything.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whatever_comes_memory_has_a_limit_and_what_was_left_out_is_counted(int seed)
    {
        var random = new Random(seed);
        var log = new SecurityEventLog();
        var settings = new DetectionSettings();
        settings.Beacon.Enabled = settings.FirstContact.Enabled = true;
        settings.PortScan.Ports = settings.PortScan.Destinations = 3;
        settings.FirstContact.Learning = TimeSpan.Zero;
        var engine = new DetectionEngine(settings, log.Add);
        ulong now = 1_000_000_000_000;
        for (var i = 0; i < 400_000; i++)
        {
            now += 1_000_000;
            var flow = Any(random, now);
            engine.See(in flow);
            if (i % 1000 == 0)
            {
                engine.Tick(now, (long)now);
            }
        }

        var figures = engine.Figures;
        Assert.InRange(figures.Tracked, 10_000, 8192 + 4096 + 1024 + 4096);
        Assert.InRange(figures.OpenEvents, 1, 256);
        Assert.InRange(figures.Workloads, 1024, 1024);
        Assert.InRange(log.Count, 1, SecurityEventLog.DefaultCapacity);
        Assert.True(figures.Evicted > 0 && figures.Suppressed > 0 && figures.WorkloadsUnknown > 0);
        Assert.True(log.Dropped > 0);
    }

    [Fact]
    public void A_scanner_is_found_in_a_crowd_that_the_tables_cannot_hold()
    {
        var network = new WatchedNetwork();
        for (var port = 1; port <= 60; port++)
        {
            network.Tcp("10.1.0.66", "10.1.0.5", port, Talk.Silent);
            for (var i = 0; i < 1000; i++)
            {
                network.Tcp($"198.{port}.{i / 250}.{i % 250}", "10.1.0.5", 81, Talk.Refused);
            }

            network.Advance(0.5);
        }

        network.Advance(5);
        Assert.Contains(network.Begun, told => told.Source?.Address.ToString() == "10.1.0.66");
    }

    [Fact]
    public void A_sighting_allocates_nothing_in_the_steady_state()
    {
        var random = new Random(7);
        var settings = new DetectionSettings();
        settings.Beacon.Enabled = settings.FirstContact.Enabled = true;
        settings.PortScan.Ports = settings.PortScan.Destinations = 200;
        var engine = new DetectionEngine(settings, _ => { });
        ulong now = 1_000_000_000_000;
        var flows = Enumerable.Range(0, 5000).Select(_ => Any(random, now)).ToArray();
        Assert.Equal(0, Allocation.Of(Round));

        void Round()
        {
            foreach (ref var flow in flows.AsSpan())
            {
                flow.NowNs = now += 100_000;
                engine.See(in flow);
            }
        }
    }

    [Fact]
    public void A_bitmap_counts_each_once_as_exactly_as_chance_allows()
    {
        var fewest = FewestPlaces(150);
        for (var seed = 0; seed < 1000; seed++)
        {
            var count = seed % 150;
            var map = new Bitmap256();
            for (var i = 0; i < count; i++)
            {
                var hash = TrackHash.Of(((ulong)seed << 20) + (ulong)i);
                map.Add(hash);
                map.Add(hash);
                Assert.True(map.Contains(hash));
            }

            Assert.InRange(Bitmap256.Estimate(in map, default), OfPlaces(fewest[count]), OfPlaces(count));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5000)]
    [InlineData(300_000)]
    public void A_sketch_counts_within_six_standard_deviations(int count)
    {
        var sketch = new DistinctSketch();
        for (var i = 0; i < count; i++)
        {
            sketch.Add(TrackHash.Of((ulong)i));
            sketch.Add(TrackHash.Of((ulong)i));
        }

        Assert.InRange(sketch.Count(), count * 0.8, count * 1.2);
    }

    [Fact]
    public void Who_answered_is_remembered_for_an_hour_at_least_and_two_at_most()
    {
        var answers = new RecentAnswers();
        const ulong Minute = 60_000_000_000;
        var (first, second) = (NetworkAddress.FromIPv4(1), NetworkAddress.FromIPv4(2));
        answers.Add(first, 80, 6, 100 * Minute);
        Assert.True(answers.Contains(first, 80, 6));
        Assert.False(answers.Contains(first, 81, 6));
        Assert.False(answers.Contains(first, 80, 17));
        answers.Add(second, 80, 6, 161 * Minute);
        Assert.True(answers.Contains(first, 80, 6));
        answers.Add(second, 80, 6, 222 * Minute);
        Assert.False(answers.Contains(first, 80, 6));
        Assert.True(answers.Contains(second, 80, 6));
    }

    /// <summary>How few of 256 places things hit, each at random: fewer do so once in 10^12 runs.</summary>
    private static int[] FewestPlaces(int mostThings)
    {
        var fewest = new int[mostThings];
        var chances = new double[257];
        chances[0] = 1;
        for (var things = 0; things < mostThings; things++)
        {
            for (var sum = chances[0]; sum < 1e-12; sum += chances[++fewest[things]]) { }
            for (var places = 256; places >= 0; places--)
            {
                var hitAnother = places == 0 ? 0 : chances[places - 1] * (257 - places) / 256;
                chances[places] = (chances[places] * places / 256) + hitAnother;
            }
        }

        return fewest;
    }

    /// <summary>Linear counting (Whang et al.).</summary>
    private static int OfPlaces(int places) => (int)(256 * Math.Log(256.0 / (256 - places)));

    private static FlowSighting Any(Random random, ulong now)
    {
        var inside = random.Next(2) == 0;
        var workload = new Workload("ns", "Deployment", $"w{random.Next(1500)}");
        return new FlowSighting
        {
            Source = inside
                ? new Endpoint { Kind = EndpointKind.Pod, Workload = workload }
                : Endpoint.External,
            Destination = Endpoint.External,
            SourceLocal = inside,
            SourceAddress = NetworkAddress.FromIPv4((uint)random.Next(1 << 10) + 0x0a000000),
            TargetAddress = NetworkAddress.FromIPv4((uint)random.Next(1 << 10) + 0xc0000000),
            TargetPort = (ushort)random.Next(1 << 4),
            SourcePort = 50_000,
            Protocol = random.Next(4) == 0 ? IpProtocol.Udp : IpProtocol.Tcp,
            FlagsSent = 2,
            SentPackets = 1,
            Certain = true,
            Established = random.Next(10) == 0,
            StartNs = now,
            NowNs = now,
            SentBytes = random.Next(100_000),
            Steps = (SightingSteps)random.Next(8),
        };
    }
}
