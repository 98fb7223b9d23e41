using System.Globalization;
using System.Net;
using System.Text.Json;
using NetMon.Lab.Agents;
using NetMon.Lab.Cluster;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.FaultInjection.World;
using NetMon.Lab.Machines;
using NetMon.Lab.Pods;
using NetMon.Lab.Services;

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

    public Subject Subject => new(Client, Server);

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

    /// <summary>Adds a service; returns when every agent has heard of it.</summary>
    public LabService AddService(LabService service)
    {
        var before = Cluster.Agents.Values.ToDictionary(agent => agent, agent => Services(agent));
        var added = Cluster.ApplyServices(service)[0];
        foreach (var (agent, known) in before)
        {
            Wait.Until(() => Services(agent) > known, $"an agent to hear of the service {service.Name}");
        }

        return added;

        static double Services(AgentProcess agent) =>
            agent.ReadMetrics().Sum("netmon_kubernetes_objects", ("resource", "services"));
    }

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

    /// <summary>What the first queue of an interface dropped, as tc tells.</summary>
    public static long QueueDrops(LabInterface at)
    {
        using var json = JsonDocument.Parse(
            at.Namespace.Run("tc", "-s", "-j", "qdisc", "show", "dev", at.Name)
        );
        return json.RootElement.EnumerateArray().First().GetProperty("drops").GetInt64();
    }

    /// <summary>
    /// Tries it once more where it did not come out as meant, for the machine was busy: of what takes its time in a fault, a program that did
    /// not get a processor is none. What NetMon says is by the last try.
    /// </summary>
    public static T Again<T>(Func<T> attempt, Func<T, bool> isAsMeant)
    {
        const int Attempts = 10;
        var result = attempt();
        for (var i = 1; i < Attempts && !isAsMeant(result); i++)
        {
            result = attempt();
        }

        return result;
    }

    /// <summary>Reads a counter that may still rise for what is on its way, once it stays as it is.</summary>
    public static long Settled(Func<long> read)
    {
        var value = read();
        Wait.TryUntil(
            () => value == (value = read()) && value > 0,
            TimeSpan.FromSeconds(10),
            TimeSpan.FromMilliseconds(300)
        );
        return value;
    }

    /// <summary>It did not come about.</summary>
    public LabException Differs(string meant, string was) => new($"{Name}: {meant}; it was {was}");
}
