namespace NetMon.Core.Tests.Detections;

/// <summary>An hour of what goes on in a cluster, with the defaults: nothing of it is suspicious.</summary>
public class OrdinaryHourTests
{
    private const int Seconds = 3600;

    private readonly Random _random = new(42);
    private readonly WatchedNetwork _network = new();

    [Fact]
    public void Nothing_of_an_ordinary_hour_is_told()
    {
        NameAll();
        for (var second = 0; second < Seconds; second++)
        {
            Microservices(second);
            Scrapers(second);
            NameServer();
            HealthChecks(second);
            RollingRestart(second);
            Batch(second);
            CrashedBackend(second);
            Browsers(second);
            Gateway();
            Outside(second);
            _network.Advance(1);
        }

        _network.Advance(600);
        Assert.Equal("", _network.Summary);
    }

    private void NameAll()
    {
        for (var i = 1; i <= 100; i++)
        {
            _network.Name($"10.1.0.{i}", "shop", $"service-{i / 5}");
            _network.Name($"10.1.1.{i}", "shop", "new-version");
        }

        _network
            .Name("10.0.0.1", "", "node-1", "Node")
            .Name("10.2.0.1", "monitoring", "prometheus", "StatefulSet")
            .Name("10.2.0.2", "kube-system", "coredns")
            .Name("10.2.0.3", "jobs", "nightly", "CronJob")
            .Name("10.2.0.4", "ingress", "nginx", "DaemonSet")
            .Name("10.2.0.5", "office", "desktop");
    }

    // Each calls others all the time; some connections are kept, some not.
    private void Microservices(int second)
    {
        for (var i = 0; i < 60; i++)
        {
            _network.Tcp(
                Service(),
                Service(),
                8080 + _random.Next(3),
                _random.Next(500) == 0 ? Talk.SilentRetried : Talk.Served
            );
        }

        if (second % 60 == 0)
        {
            _network.Tcp(Service(), "10.96.0.1", 443);
        }
    }

    private void Scrapers(int second)
    {
        if (second % 15 != 0)
        {
            return;
        }

        for (var i = 1; i <= 100; i++)
        {
            // One in six has an annotation that says a port on which nobody listens.
            _network.Tcp(
                "10.2.0.1",
                $"10.1.0.{i}",
                i % 6 == 0 ? 9102 : 9090,
                i % 6 == 0 ? Talk.Refused : Talk.Served
            );
        }
    }

    private void NameServer()
    {
        for (var i = 0; i < 30; i++)
        {
            _network.Udp(Service(), "10.2.0.2", 53);
        }

        // It asks the world; some of that does not answer, and late answers find their question forgotten.
        for (var i = 0; i < 3; i++)
        {
            _network.Udp(
                "10.2.0.2",
                $"192.{_random.Next(1, 100)}.{_random.Next(250)}.53",
                53,
                _random.Next(8) == 0 ? Talk.Silent : Talk.Served
            );
        }

        _network.Udp("10.2.0.2", Service(), 40_000 + _random.Next(20_000), Talk.Silent, sourcePort: 53);
    }

    private void HealthChecks(int second)
    {
        if (second % 10 == 0)
        {
            for (var i = 1; i <= 100; i++)
            {
                _network.Tcp("10.0.0.1", $"10.1.0.{i}", 8080, Talk.Touched);
            }
        }

        if (second % 5 == 0)
        {
            // A balancer outside: node ports with and without a backend on this node.
            for (var port = 30_000; port < 30_030; port++)
            {
                _network.Tcp(
                    "198.51.100.9",
                    "10.0.0.1",
                    port,
                    port % 2 == 0 ? Talk.Touched : Talk.SilentRetried
                );
            }
        }
    }

    // Each pod of a deployment is replaced: for some seconds the old address is silent, the new one refuses.
    private void RollingRestart(int second)
    {
        if (second is < 600 or >= 1600)
        {
            return;
        }

        var pod = ((second - 600) / 10) + 1;
        var ready = (second - 600) % 10 >= 6;
        for (var i = 0; i < 5; i++)
        {
            _network.Tcp(Service(), $"10.1.1.{pod}", 8080, ready ? Talk.Served : Talk.Refused);
            _network.Tcp(Service(), $"10.1.0.{pod}", 8080, Talk.SilentRetried);
        }

        _network.Tcp("10.2.0.1", $"10.1.1.{pod}", 9090, ready ? Talk.Served : Talk.Refused);
    }

    private void Batch(int second)
    {
        if (second % 300 < 20)
        {
            for (var i = 0; i < 200; i++)
            {
                _network.Tcp("10.2.0.3", "10.1.0.7", 5432, bytes: (50_000, 2_000_000));
            }
        }
    }

    // A crashed backend behind a proxy: refused, then silent, with retries and without backoff.
    private void CrashedBackend(int second)
    {
        for (var i = 0; i < 40; i++)
        {
            _network.Tcp(
                "10.2.0.4",
                "10.1.0.50",
                8080,
                second < 1800 ? Talk.Served
                    : second < 2000 ? Talk.Refused
                    : Talk.SilentRetried
            );
        }
    }

    private void Browsers(int second)
    {
        for (var i = 0; second % 4 == 0 && i < 12; i++)
        {
            var site = $"203.{_random.Next(100)}.{_random.Next(250)}.{_random.Next(1, 250)}";
            _network.Tcp("10.2.0.5", site, 443, bytes: (2_000, 300_000));
            _network.Udp("10.2.0.5", site, 443, _random.Next(2) == 0 ? Talk.Served : Talk.Silent);
        }
    }

    // A thousand people behind one address; some have gone before the answer comes.
    private void Gateway()
    {
        for (var i = 0; i < 80; i++)
        {
            _network.Tcp(
                "198.51.100.50",
                "10.2.0.4",
                443,
                _random.Next(50) switch
                {
                    0 => Talk.HalfOpen,
                    1 => Talk.HalfOpenReset,
                    _ => Talk.Served,
                }
            );
        }
    }

    private void Outside(int second)
    {
        for (var i = 0; i < 20; i++)
        {
            _network.Tcp($"198.{_random.Next(50)}.{_random.Next(250)}.{_random.Next(250)}", "10.2.0.4", 443);
        }

        if (second % 64 == 0)
        {
            _network.Udp("10.0.0.1", "203.0.113.123", 123);
        }

        if (second % 30 == 0)
        {
            _network.Tcp(Service(), "203.0.113.200", 443);
            _network.Ping("10.2.0.1", "203.0.113.1", second % 90 == 0 ? Talk.Silent : Talk.Served);
        }
    }

    private string Service() => $"10.1.0.{_random.Next(1, 101)}";
}
