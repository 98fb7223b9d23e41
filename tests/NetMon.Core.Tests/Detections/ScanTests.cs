using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;

namespace NetMon.Core.Tests.Detections;

public class ScanTests
{
    private const string Scanner = "10.1.0.66";
    private const string Victim = "10.1.0.5";

    [Theory]
    [InlineData(Talk.Refused)]
    [InlineData(Talk.Silent)]
    [InlineData(Talk.SilentRetried)]
    [InlineData(Talk.HalfOpenReset)]
    public void Many_ports_of_one_destination_that_do_not_answer_are_a_vertical_scan(Talk talk)
    {
        var network = new WatchedNetwork().Name(Scanner, "shop", "web").Name(Victim, "shop", "db");
        for (var port = 1; port <= 1000; port++)
        {
            network.Tcp(Scanner, Victim, port, talk);
        }

        network.Advance(30);

        var told = Assert.Single(network.Begun);
        Assert.Equal((DetectionType.VerticalScan, DetectionSeverity.High), (told.Type, told.Severity));
        Assert.Equal((Scanner, Victim), (told.Source!.Address.ToString(), told.Target!.Address.ToString()));
        Assert.Equal("shop/Deployment/web", told.Workload!.ToString());
        var last = network.Told[^1].Evidence;
        Assert.Equal((1000, 1000L, 1L), (last.Ports, last.Attempts, last.Destinations));
        Assert.Equal(Enumerable.Range(1, 16), last.PortSample!);
        Assert.Equal(["syn"], last.Techniques!);
    }

    [Fact]
    public void On_a_machine_that_started_just_now_a_scan_is_since_its_first_attempt()
    {
        var network = new WatchedNetwork(startNs: 20_000_000_000);
        network.Advance(10);
        var begun = network.NowNs;
        for (var i = 1; i <= 200; i++)
        {
            network.Tcp(Scanner, Victim, port: i, Talk.Refused);
            network.Tcp("10.1.0.67", $"10.2.0.{i}", port: 22, Talk.Refused);
        }

        network.Advance(30);

        Assert.Equal(
            [DetectionType.VerticalScan, DetectionType.HorizontalScan],
            network.Begun.Select(told => told.Type).Order()
        );
        Assert.All(network.Begun, told => Assert.InRange(told.SinceNs, begun, network.NowNs));
    }

    [Fact]
    public void Other_thresholds_hold_from_when_they_are_taken_and_what_was_seen_before_still_counts()
    {
        var network = new WatchedNetwork();
        for (var port = 1; port <= 10; port++)
        {
            network.Tcp(Scanner, Victim, port, Talk.Refused);
        }

        network.Advance(30);
        Assert.Empty(network.Begun);

        var other = new DetectionSettings();
        other.PortScan.Ports = 12;
        network.Engine.Take(other);
        // Distinct ports are estimated: neither half alone can look like twelve, and both together cannot look like less.
        for (var port = 11; port <= 20; port++)
        {
            network.Tcp(Scanner, Victim, port, Talk.Refused);
        }

        network.Advance(30);
        Assert.Equal(DetectionType.VerticalScan, Assert.Single(network.Begun).Type);
    }

    [Fact]
    public void Who_is_ignored_from_now_on_is_no_longer_told_of()
    {
        var network = new WatchedNetwork();
        network.Engine.Take(new DetectionSettings { Ignore = ["10.1.0.0/24"] });
        for (var port = 1; port <= 100; port++)
        {
            network.Tcp(Scanner, Victim, port, Talk.Refused);
        }

        network.Advance(30);
        Assert.Empty(network.Begun);
    }

    [Fact]
    public void Every_port_of_a_scan_of_all_is_counted()
    {
        var network = new WatchedNetwork();
        for (var port = 1; port <= 65_535; port++)
        {
            network.Tcp(Scanner, Victim, port, Talk.Refused);
        }

        network.Advance(30);
        Assert.Equal(65_535, network.Told[^1].Evidence.Ports);
    }

    [Theory]
    [InlineData(0x01, "fin")]
    [InlineData(0x00, "null")]
    [InlineData(0x29, "xmas")]
    [InlineData(0x10, "ack")]
    [InlineData(0x11, "other")]
    public void Packets_without_a_conversation_are_a_scan_whether_an_rst_answers_them_or_nothing(
        ushort flags,
        string technique
    )
    {
        var network = new WatchedNetwork();
        for (var port = 1; port <= 100; port++)
        {
            network.Bare(Scanner, Victim, port, flags, reset: port % 2 == 0);
        }

        network.Advance(30);

        Assert.Equal(DetectionType.VerticalScan, Assert.Single(network.Begun).Type);
        Assert.Equal([technique], network.Told[^1].Evidence.Techniques!);
        Assert.Equal(100, network.Told[^1].Evidence.Ports);
    }

    [Theory]
    [InlineData(Talk.Refused)]
    [InlineData(Talk.Silent)]
    public void Datagrams_to_many_ports_are_a_scan(Talk talk)
    {
        var network = new WatchedNetwork();
        for (var port = 1; port <= 60; port++)
        {
            network.Udp(Scanner, Victim, port, talk);
            network.Advance(1);
        }

        network.Advance(5);

        Assert.Equal(["udp"], Assert.Single(network.Begun).Evidence.Techniques!);
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(15)]
    public void A_slow_scan_is_found_too(double pause)
    {
        var network = new WatchedNetwork();
        for (var port = 1; port <= 60; port++)
        {
            network.Tcp(Scanner, Victim, port, Talk.Silent);
            network.Advance(pause);
        }

        Assert.Equal(DetectionType.VerticalScan, Assert.Single(network.Begun).Type);
    }

    [Fact]
    public void One_port_at_many_destinations_is_a_horizontal_scan_whose_destinations_are_counted_within_a_tenth()
    {
        var network = new WatchedNetwork();
        for (var i = 0; i < 1000; i++)
        {
            network.Tcp(
                Scanner,
                $"10.2.{i / 250}.{(i % 250) + 1}",
                22,
                i % 7 == 0 ? Talk.Served : Talk.Silent
            );
        }

        network.Advance(30);

        var told = Assert.Single(network.Begun);
        Assert.Equal(DetectionType.HorizontalScan, told.Type);
        Assert.Equal(22, told.Target!.Port);
        Assert.Null(told.Target.Address);
        Assert.InRange(network.Told[^1].Evidence.Destinations!.Value, 720, 990);
        Assert.Equal([22], network.Told[^1].Evidence.PortSample!);
    }

    [Fact]
    public void Pings_of_many_that_do_not_answer_are_a_horizontal_scan()
    {
        var network = new WatchedNetwork();
        for (var i = 1; i < 255; i++)
        {
            network.Ping(Scanner, $"10.2.0.{i}", i % 10 == 0 ? Talk.Served : Talk.Silent);
        }

        network.Advance(10);

        var told = Assert.Single(network.Begun);
        Assert.Equal((DetectionType.HorizontalScan, (int?)null), (told.Type, told.Evidence.Ports));
        Assert.Equal(["ping"], told.Evidence.Techniques!);
        Assert.Null(told.Target);
    }

    [Fact]
    public void A_scan_of_many_ports_at_many_destinations_is_one_event_of_each_kind()
    {
        var network = new WatchedNetwork();
        for (var host = 1; host <= 60; host++)
        {
            for (var port = 1; port <= 60; port++)
            {
                network.Tcp(Scanner, $"10.2.0.{host}", port, Talk.Refused);
            }
        }

        network.Advance(20);

        Assert.Equal(
            [DetectionType.VerticalScan, DetectionType.HorizontalScan],
            network.Begun.Select(told => told.Type).Order()
        );
        Assert.Equal(60, network.Told.Last(told => told.Type == DetectionType.HorizontalScan).Evidence.Ports);
    }

    [Fact]
    public void An_event_goes_on_while_the_scan_does_and_ends_when_it_was_quiet()
    {
        var network = new WatchedNetwork();
        for (var port = 1; port <= 600; port++)
        {
            network.Tcp(Scanner, Victim, port, Talk.Refused);
            network.Advance(0.1);
        }

        Assert.Equal(SecurityEventStep.Update, network.Told[^1].Step);
        Assert.InRange(network.Told.Count, 5, 12);
        network.Advance(290);
        Assert.All(network.Told, told => Assert.True(told.IsOngoing));
        network.Advance(20);
        Assert.Equal(SecurityEventStep.End, network.Told[^1].Step);
        Assert.Equal(600, network.Told[^1].Evidence.Ports);
        Assert.Single(network.Told.Select(told => told.Id).Distinct());

        for (var port = 1; port <= 100; port++)
        {
            network.Tcp(Scanner, Victim, port, Talk.Refused);
        }

        network.Advance(700);
        Assert.Equal([1L, 2L], network.Begun.Select(told => told.Id));
    }

    [Fact]
    public void Who_is_on_the_list_is_not_told()
    {
        var network = new WatchedNetwork(settings => settings.Ignore = ["10.1.0.64/26", "ops/*", "10.9.0.9"]);
        network.Name("10.3.0.1", "ops", "scanner").Name("10.3.0.2", "shop", "web");
        foreach (var source in new[] { Scanner, "10.3.0.1", "10.9.0.9" })
        {
            for (var port = 1; port <= 100; port++)
            {
                network.Tcp(source, Victim, port, Talk.Refused);
            }
        }

        network.Advance(10);
        Assert.Empty(network.Told);
    }

    [Fact]
    public void A_scan_from_outside_matters_less()
    {
        var network = new WatchedNetwork();
        for (var port = 1; port <= 100; port++)
        {
            network.Tcp("198.51.100.7", Victim, port, Talk.Silent);
        }

        network.Advance(10);
        Assert.Equal(DetectionSeverity.Low, Assert.Single(network.Begun).Severity);
    }
}
