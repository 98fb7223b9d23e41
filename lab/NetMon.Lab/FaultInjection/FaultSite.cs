using System.Globalization;
using System.Net;
using System.Text.Json;
using NetMon.Lab.Cluster;
using NetMon.Lab.FaultInjection.World;
using NetMon.Lab.Machines;
using NetMon.Lab.Pods;

namespace NetMon.Lab.FaultInjection;

/// <summary>Where a fault is made: two pods of its own on different nodes, and the world.</summary>
internal sealed record FaultSite(
    LabCluster Cluster,
    WorldMap World,
    string Name,
    LabPod Client,
    LabPod Server
)
{
    /// <summary>Where servers listen, unless they share a machine.</summary>
    public const int Port = 8080;

    public IPEndPoint ServerAddress => new(Server.V4, Port);

    /// <summary>A client that does not wait for minutes: it sends its SYN three times, within seven seconds.</summary>
    public void AskBriefly() => Client.Namespace.Set("ipv4/tcp_syn_retries", "2");

    /// <summary>Connects from the client to the end that is expected.</summary>
    /// <exception cref="LabException">It ends otherwise.</exception>
    public Truth ConnectFails(IPEndPoint to, string errno)
    {
        using var socket = FaultSockets.Tcp(Client.Namespace);
        var outcome = FaultSockets.Connect(socket, to);
        return outcome == errno ? new Truth(outcome) : throw Differs($"connect: {errno}", outcome);
    }

    /// <summary>A rule on the client's node for what it forwards.</summary>
    /// <returns>Reads how many packets met it.</returns>
    public Func<long> FilterForward(string match, string verdict) =>
        WorldMap.Filter(Client.Node.Namespace, $"policy-{Name}", "forward", $"{match} {verdict}");

    /// <summary>A counter of the machine's protocols, by nstat's name.</summary>
    public static long Counter(NetworkNamespace machine, string name)
    {
        var line = machine
            .Run("nstat", "-s", "-a", "-z", name)
            .Split('\n')
            .First(each => each.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );
    }

    /// <summary>What a counter says once it has begun to count and does not go on.</summary>
    public static long AtRest(Func<long> counter)
    {
        var value = 0L;
        _ = Wait.TryUntil(
            () =>
            {
                var before = value;
                value = counter();
                return value > 0 && value == before;
            },
            Wait.Patience,
            pause: TimeSpan.FromMilliseconds(500)
        );
        return value;
    }

    /// <summary>What the first queue of an interface dropped, as tc tells.</summary>
    public static long QueueDrops(LabInterface at)
    {
        using var json = JsonDocument.Parse(
            at.Namespace.Run("tc", "-s", "-j", "qdisc", "show", "dev", at.Name)
        );
        return json.RootElement.EnumerateArray().First().GetProperty("drops").GetInt64();
    }

    /// <summary>It did not come about.</summary>
    public LabException Differs(string meant, string was) => new($"{Name}: {meant}; it was {was}");
}
