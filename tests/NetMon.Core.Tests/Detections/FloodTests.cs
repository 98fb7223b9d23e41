using NetMon.Core.Detections;

namespace NetMon.Core.Tests.Detections;

public class FloodTests
{
    [Theory]
    [InlineData(Talk.HalfOpen)]
    [InlineData(Talk.Silent)]
    public void Handshakes_from_everywhere_that_nobody_completes_are_a_flood(Talk talk)
    {
        var network = new WatchedNetwork().Name("10.1.0.5", "shop", "web");
        for (var i = 0; i < 30_000; i++)
        {
            network.Tcp($"198.{i % 199}.{i / 199 % 250}.7", "10.1.0.5", 80, talk);
            if (i % 100 == 0)
            {
                network.Advance(0.05);
            }
        }

        network.Advance(10);

        var told = Assert.Single(network.Begun);
        Assert.Equal((DetectionType.SynFlood, DetectionSeverity.High), (told.Type, told.Severity));
        Assert.Equal(("10.1.0.5", (ushort)80), (told.Target!.Address.ToString(), told.Target.Port));
        Assert.Null(network.Told[^1].Source);
        Assert.Equal("web", told.Workload!.Name);

        // Six standard deviations of a sketch of 1,024 registers, whose keys are new in each run.
        Assert.InRange(network.Told[^1].Evidence.Sources!.Value, 24_000, 36_000);
        Assert.InRange(network.Told[^1].Evidence.RatePerSecond!.Value, 100, 3000);
    }

    [Fact]
    public void Clients_of_a_crashed_server_that_try_again_are_none()
    {
        var network = new WatchedNetwork();
        for (var i = 0; i < 30_000; i++)
        {
            network.Tcp($"198.{i % 199}.{i / 199 % 250}.7", "10.1.0.5", 80, Talk.SilentRetried);
            if (i % 100 == 0)
            {
                network.Advance(0.1);
            }
        }

        network.Advance(10);
        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void A_busy_server_of_which_few_clients_vanish_is_none()
    {
        var network = new WatchedNetwork();
        for (var i = 0; i < 60_000; i++)
        {
            network.Tcp(
                $"198.{i % 199}.{i / 199 % 250}.7",
                "10.1.0.5",
                80,
                i % 3 == 0 ? Talk.HalfOpen : Talk.Served
            );
            if (i % 100 == 0)
            {
                network.Advance(0.1);
            }
        }

        Assert.Equal("", network.Summary);
    }
}
