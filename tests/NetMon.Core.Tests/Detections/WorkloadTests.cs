using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;

namespace NetMon.Core.Tests.Detections;

public class WorkloadTests
{
    private const string Pod = "10.1.0.1";
    private const string Outside = "203.0.113.10";

    [Fact]
    public void A_workload_that_connects_far_more_than_it_did_is_told_until_it_stops()
    {
        var network = Network(settings => settings.Quiet = TimeSpan.FromMinutes(1));
        Connect(network, perSecond: 5, seconds: 1200);
        Assert.Equal("", network.Summary);

        Connect(network, perSecond: 400, seconds: 120);
        var told = Assert.Single(network.Begun);
        Assert.Equal(DetectionType.ConnectionStorm, told.Type);
        Assert.Equal("shop/Deployment/web", told.Workload!.ToString());
        Assert.InRange(network.Told[^1].Evidence.RatePerSecond!.Value, 390, 410);
        Assert.InRange(network.Told[^1].Evidence.NormalPerSecond!.Value, 4.5, 5.5);

        Connect(network, perSecond: 5, seconds: 90);
        Assert.Equal(SecurityEventStep.End, network.Told[^1].Step);
    }

    [Fact]
    public void A_storm_is_told_after_a_short_time_of_learning_however_it_falls_on_the_ten_seconds()
    {
        for (var quiet = 30; quiet < 40; quiet++)
        {
            var network = Network(settings =>
            {
                settings.ConnectionStorm.Learning = TimeSpan.FromSeconds(20);
                settings.ConnectionStorm.Rate = 10;
            });
            Connect(network, perSecond: 1, seconds: quiet);
            Connect(network, perSecond: 200, seconds: 31);
            Assert.Equal(DetectionType.ConnectionStorm, Assert.Single(network.Begun).Type);
        }
    }

    [Fact]
    public void A_workload_that_always_connects_a_lot_is_not_told()
    {
        var network = Network();
        Connect(network, perSecond: 300, seconds: 900);
        Connect(network, perSecond: 900, seconds: 60);
        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void A_batch_of_ten_seconds_and_a_workload_that_is_new_are_not_told()
    {
        var network = Network();
        Connect(network, perSecond: 400, seconds: 60);
        Connect(network, perSecond: 1, seconds: 3700);
        Connect(network, perSecond: 400, seconds: 9);
        Connect(network, perSecond: 1, seconds: 60);
        Assert.Equal("", network.Summary);
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(0.05, 300)]
    public void Small_flows_to_the_outside_at_regular_times_are_a_beacon(double jitter, double gap)
    {
        var network = Network(settings => settings.Beacon.Enabled = true);
        var random = new Random(1);
        for (var i = 0; i < 60; i++)
        {
            network.Tcp(Pod, Outside, 443);
            // One is missed now and then.
            network.Advance((i % 13 == 12 ? 2 : 1) * gap * (1 + (jitter * ((2 * random.NextDouble()) - 1))));
        }

        var told = Assert.Single(network.Begun);
        Assert.Equal((DetectionType.Beacon, (ushort)443), (told.Type, told.Target!.Port));
        Assert.InRange(told.Evidence.IntervalSeconds!.Value, gap * 0.95, gap * 1.05);
        Assert.True(network.Told[^1].IsOngoing);
        network.Advance(gap * 10);
        Assert.Equal(SecurityEventStep.End, network.Told[^1].Step);
    }

    [Theory]
    [InlineData("irregular")]
    [InlineData("large")]
    [InlineData("frequent")]
    [InlineData("internal")]
    public void Other_flows_are_no_beacon(string what)
    {
        var network = Network(settings => settings.Beacon.Enabled = true);
        var random = new Random(2);
        for (var i = 0; i < 200; i++)
        {
            network.Tcp(
                Pod,
                what == "internal" ? "10.1.0.2" : Outside,
                443,
                bytes: what == "large" ? (1000, 1_000_000) : default
            );
            network.Advance(
                what switch
                {
                    "irregular" => 10 - (60 * Math.Log(1 - random.NextDouble())),
                    "frequent" => 2,
                    _ => 60,
                }
            );
        }

        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void A_network_outside_is_told_when_it_is_new_after_the_learning_time()
    {
        var network = Network(settings =>
        {
            settings.FirstContact.Enabled = true;
            settings.FirstContact.Learning = TimeSpan.FromHours(1);
        });
        for (var i = 0; i < 20; i++)
        {
            network.Tcp(Pod, $"203.0.{i}.10", 443);
        }

        network.Advance(3700);
        for (var i = 0; i < 20; i++)
        {
            network.Tcp(Pod, $"203.0.{i}.99", 443);
        }

        network.Tcp(Pod, "192.0.2.1", 443, Talk.Silent);
        network.Advance(10);
        Assert.Equal("", network.Summary);

        network.Tcp(Pod, "192.0.2.77", 443);
        network.Tcp(Pod, "192.0.2.78", 443);
        network.Advance(10);
        var told = Assert.Single(network.Begun);
        Assert.Equal(
            ("192.0.2.0/24", "192.0.2.77"),
            (told.Evidence.Network, told.Target!.Address.ToString())
        );
        Assert.Equal(
            [SecurityEventStep.Begin, SecurityEventStep.End],
            network.Told.Select(each => each.Step)
        );
    }

    [Fact]
    public void A_workload_that_talks_to_everybody_is_not_told()
    {
        var network = Network(settings =>
        {
            settings.FirstContact.Enabled = true;
            settings.FirstContact.Learning = TimeSpan.FromHours(1);
        });
        for (var i = 0; i < 250; i++)
        {
            network.Tcp(Pod, $"203.0.{i}.10", 443);
        }

        network.Advance(3700);
        for (var i = 0; i < 100; i++)
        {
            network.Tcp(Pod, $"192.1.{i}.1", 443);
        }

        network.Advance(10);
        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void A_volume_far_outside_of_like_hours_is_told_within_its_hour()
    {
        var network = Network();
        RunDays(network, 5, hour => hour == 2 ? 20_000 : 300);
        Assert.Equal("", network.Summary);

        // The nightly backup is normal at two, and at noon it is not.
        RunDays(network, 1, hour => hour == 2 ? 25_000 : 300);
        Assert.Equal("", network.Summary);
        for (var hour = 0; hour < 12; hour++)
        {
            RunHour(network, hour == 2 ? 20_000 : 300);
        }

        RunHour(network, 20_000);
        var told = Assert.Single(network.Begun);
        Assert.Equal((DetectionType.VolumeAnomaly, "egress"), (told.Type, told.Evidence.Direction));
        Assert.InRange(told.Evidence.NormalBytes!.Value, 270L << 20, 330L << 20);
        Assert.Equal(12, network.Now.AddHours(-1).Hour);
    }

    [Fact]
    public void Without_three_days_of_history_nothing_is_said_of_volumes()
    {
        var network = Network();
        RunDays(network, 2, _ => 300);
        RunHour(network, 50_000);
        Assert.Equal("", network.Summary);
    }

    private static WatchedNetwork Network(Action<DetectionSettings>? configure = null) =>
        new WatchedNetwork(configure).Name(Pod, "shop", "web").Name("10.1.0.2", "shop", "db");

    private static void Connect(WatchedNetwork network, int perSecond, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            for (var j = 0; j < perSecond; j++)
            {
                network.Tcp(Pod, "10.1.0.2", 5432);
            }

            network.Advance(1);
        }
    }

    private static void RunDays(WatchedNetwork network, int days, Func<int, int> mebibytes)
    {
        for (var hour = 0; hour < days * 24; hour++)
        {
            RunHour(network, mebibytes(hour % 24));
        }
    }

    private static void RunHour(WatchedNetwork network, int mebibytes)
    {
        for (var i = 0; i < 10; i++)
        {
            network.Transfer(Pod, Outside, ((long)mebibytes << 20) / 10, 1000);
            network.Advance(360);
        }
    }
}
