namespace NetMon.Core.Tests.Detections;

/// <summary>What looks like a scan at first sight.</summary>
public class NoScanTests
{
    [Fact]
    public void A_host_that_is_down_with_thirty_services_on_it()
    {
        var network = new WatchedNetwork();
        for (var second = 0; second < 300; second += 2)
        {
            for (var port = 9000; port < 9030; port++)
            {
                network.Tcp("10.1.0.1", "10.1.0.2", port, second < 60 ? Talk.Touched : Talk.SilentRetried);
            }

            network.Advance(2);
        }

        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void A_scraper_whose_targets_are_not_ready_at_first()
    {
        var network = new WatchedNetwork();
        for (var round = 0; round < 20; round++)
        {
            for (var i = 0; i < 200; i++)
            {
                // Half of the fleet is replaced: new addresses that refuse in their first rounds.
                var isNew = i < 100 && round >= 5;
                var target = isNew ? $"10.7.1.{i}" : $"10.7.0.{i}";
                network.Tcp("10.1.0.9", target, 9090, isNew && round < 7 ? Talk.Refused : Talk.Served);
                network.Advance(0.075);
            }
        }

        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void A_traceroute()
    {
        var network = new WatchedNetwork();
        for (var port = 33434; port < 33434 + 90; port++)
        {
            network.Udp("10.1.0.1", "203.0.113.9", port, Talk.Silent);
            network.Advance(0.1);
        }

        network.Advance(10);
        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void Late_answers_of_a_name_server_to_many_ports()
    {
        var network = new WatchedNetwork();
        for (var port = 40_000; port < 40_200; port++)
        {
            network.Udp("10.1.0.10", "10.1.0.1", port, Talk.Silent, sourcePort: 53);
        }

        network.Advance(10);
        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void A_resolver_that_asks_the_world()
    {
        var network = new WatchedNetwork();
        for (var i = 0; i < 2000; i++)
        {
            network.Udp(
                "10.1.0.10",
                $"192.0.{i / 250}.{i % 250}",
                53,
                i % 5 == 0 ? Talk.Silent : Talk.Served
            );
            network.Advance(0.2);
        }

        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void Browsers_behind_a_firewall_that_lets_no_quic_through()
    {
        var network = new WatchedNetwork();
        for (var i = 0; i < 500; i++)
        {
            network.Tcp("10.1.0.20", $"192.0.{i / 250}.{i % 250}", 443);
            network.Advance(4);
            network.Udp("10.1.0.20", $"192.0.{i / 250}.{i % 250}", 443, Talk.Silent);
        }

        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void A_balancer_that_checks_ports_which_never_answer()
    {
        var network = new WatchedNetwork();
        for (var second = 0; second < 1200; second += 1)
        {
            // So many that they are no scan by number alone: fewer than the threshold are always refused.
            for (var port = 30_000; port < 30_015; port++)
            {
                network.Tcp("198.51.100.9", "10.1.0.2", port, Talk.Refused);
            }

            network.Advance(1);
        }

        Assert.Equal("", network.Summary);
    }

    [Fact]
    public void A_kubelet_that_touches_every_pod()
    {
        var network = new WatchedNetwork().Name("10.0.0.1", "", "node-1", "Node");
        for (var round = 0; round < 60; round++)
        {
            for (var pod = 1; pod < 110; pod++)
            {
                network.Tcp("10.0.0.1", $"10.1.0.{pod}", 8080, Talk.Touched);
            }

            network.Advance(10);
        }

        Assert.Equal("", network.Summary);
    }
}
