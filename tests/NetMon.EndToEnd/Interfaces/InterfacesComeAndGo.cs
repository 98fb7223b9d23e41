using System.Diagnostics;
using System.Globalization;
using System.Net;
using NetMon.Testing.Lab;
using NetMon.Testing.Namespaces;
using NetMon.Testing.Packets;

namespace NetMon.EndToEnd.Interfaces;

/// <summary>Interfaces that appear and vanish while the agent runs.</summary>
public sealed class InterfacesComeAndGo
{
    private const int Burst = 250;
    private static readonly TimeSpan Unhurried = TimeSpan.FromMinutes(1);

    /// <summary>One program at each of ingress and egress.</summary>
    private const int Programs = 2;

    /// <summary>By the kernel's word, not by a look from time to time. On a machine that is not busy each takes some milliseconds.</summary>
    [SkippableFact]
    public void A_new_interface_is_observed_at_once()
    {
        LabRequirements.SkipIfMissing();
        using var network = MakeNode(out var host, out var pod);
        using var agent = AgentProcess.Start(host);
        var delays = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"veth{i}");
            var index = 100 + i;
            delays.Add(
                host.Inside(() =>
                {
                    // From before the command to when the kernel lists our programs: the command's own time is in it.
                    var from = Stopwatch.GetTimestamp();
                    Command.Run(
                        "ip",
                        [
                            "link",
                            "add",
                            name,
                            "index",
                            index.ToString(CultureInfo.InvariantCulture),
                            "up",
                            "type",
                            "veth",
                            "peer",
                            "name",
                            name,
                            "netns",
                            pod.Name,
                        ]
                    );
                    Wait.Until(() => AttachedPrograms.CountTcxHere(index) == Programs, $"programs on {name}");
                    return Stopwatch.GetElapsedTime(from).TotalMilliseconds;
                })
            );
        }

        Assert.InRange(delays.Min(), 0, 1000);
    }

    [SkippableFact]
    public void Of_250_interfaces_that_appear_at_once_none_is_missed_and_after_they_vanish_nothing_is_left()
    {
        LabRequirements.SkipIfMissing();
        using var network = MakeNode(out var host, out var pods);
        using var agent = AgentProcess.Start(host, "--interval", "200ms", "--udp-idle", "2s");
        var stream = agent.Follow();
        agent.ReadMetrics();
        var idle = KernelObjects(agent);

        Batch(
            host,
            i =>
                $"link add v{i} index {1000 + i} group 7 up type veth peer name v{i} index {1000 + i} netns {pods.Name}"
        );
        Batch(pods, i => $"link set v{i} up");

        // Each attachment waits for an RCU grace period or two, in the kernel and under its lock for all interfaces.
        Wait.Until(() => host.Inside(CountObserved) == Burst, "programs on every interface", Unhurried);
        Assert.Equal(Burst + 1, agent.ReadMetrics().Sum("netmon_interfaces", ("kind", "pod")));

        SendFromEach(pods);
        Wait.Until(() => stream.Flows.Count(IsProbe) == Burst, $"a flow at every interface");
        Assert.Equal(
            Enumerable.Range(0, Burst).Select(i => $"v{i}").Order(StringComparer.Ordinal),
            stream
                .Flows.Where(IsProbe)
                .Select(flow => flow.Json.GetProperty("source").GetProperty("interface").GetString()!)
                .Order(StringComparer.Ordinal)
        );

        host.Run("ip", "link", "delete", "group", "7");
        Wait.Until(
            () => agent.ReadMetrics().Sum("netmon_interfaces") == 1,
            "the agent to forget them",
            Unhurried
        );
        Wait.TryUntil(() => KernelObjects(agent).Count == idle.Count, Wait.Patience);
        Assert.Equal(idle, KernelObjects(agent));
        Assert.Equal(0, agent.Stop());
        stream.WaitForEnd();
    }

    [SkippableTheory]
    [InlineData("tcx")]
    [InlineData("clsact")]
    public void An_interface_that_vanishes_and_returns_under_its_name_is_observed_again(string attach)
    {
        LabRequirements.SkipIfMissing("ping");
        using var network = MakeNode(out var host, out var pod);
        using var agent = AgentProcess.Start(host, "--interval", "100ms", "--attach", attach);
        for (var round = 1; round <= 3; round++)
        {
            LabNetwork.Connect(host, "veth", pod, "eth0");
            var end = new LabInterface(host, "veth");
            end.AddAddress("10.68.0.1/24");
            new LabInterface(pod, "eth0").AddAddress("10.68.0.2/24");
            Wait.Until(
                () => agent.ReadMetrics().Sum("netmon_interfaces", ("kind", "pod")) == 2,
                "the interface"
            );
            pod.Run("ping", "-q", "-c", "1", "10.68.0.1");
            var expected = 2 * round;
            Wait.Until(
                () =>
                    agent
                        .ReadMetrics()
                        .Sum("netmon_packets_total", ("protocol", "icmp"), ("direction", "egress"))
                    == expected,
                $"{expected} packets"
            );
            host.Run("ip", "link", "delete", "veth");
            Wait.Until(() => agent.ReadMetrics().Sum("netmon_interfaces") == 1, "it to be forgotten");
        }
    }

    /// <summary>A host that has one interface before any of the test.</summary>
    private static LabNetwork MakeNode(out NetworkNamespace host, out NetworkNamespace pod)
    {
        var network = new LabNetwork();
        host = network.AddNamespace("host");
        pod = network.AddNamespace("pod");
        LabNetwork.Connect(host, "first", pod, "first");
        return network;
    }

    private static bool IsProbe(StreamedFlow flow) => flow.Forth.DestinationPort == 7;

    private static int CountObserved() =>
        Enumerable.Range(1000, Burst).Count(index => AttachedPrograms.CountTcxHere(index) == Programs);

    private static void Batch(NetworkNamespace inside, Func<int, string> command)
    {
        var path = Path.GetTempFileName();
        File.WriteAllLines(path, Enumerable.Range(0, Burst).Select(command));
        inside.Run("ip", "-batch", path);
        File.Delete(path);
    }

    /// <summary>A datagram through each interface from its pod's end, each from an address of its own.</summary>
    private static void SendFromEach(NetworkNamespace pods)
    {
        using var sender = new RawSender(pods);
        for (var i = 0; i < Burst; i++)
        {
            sender.Send(
                Packet
                    .Ethernet(ethernet =>
                        ethernet with
                        {
                            Destination = System.Net.NetworkInformation.PhysicalAddress.Parse(
                                "FF-FF-FF-FF-FF-FF"
                            ),
                        }
                    )
                    .IPv4($"10.69.{i / 250}.{(i % 250) + 1}", IPAddress.Broadcast.ToString())
                    .Udp(7, 7)
                    .Build(),
                1000 + i
            );
        }
    }

    // BPF objects and their like. Sockets come and go with the test's own questions, and the runtime opens assemblies when it needs them.
    private static List<string> KernelObjects(AgentProcess agent) =>
        [
            .. new DirectoryInfo($"/proc/{agent.Id}/fd")
                .EnumerateFiles()
                .Select(file => file.LinkTarget ?? "")
                .Where(target => target.StartsWith("anon_inode:", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
}
