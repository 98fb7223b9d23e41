using System.Globalization;
using NetMon.Testing.Lab;
using Xunit.Abstractions;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>Agents that are killed and started again while packets flow: together they report each packet once.</summary>
public sealed class ManyLives(ITestOutputHelper output)
{
    // NETMON_LIVES: for a longer run by hand.
    private static readonly int Kills = int.TryParse(
        Environment.GetEnvironmentVariable("NETMON_LIVES"),
        CultureInfo.InvariantCulture,
        out var lives
    )
        ? lives
        : 20;

    [SkippableFact]
    public void Whenever_agents_are_killed_the_figures_of_the_last_one_are_those_of_the_wire()
    {
        LabRequirements.SkipIfMissing("nft");
        using var lab = new TwoHosts(offloads: false);
        using var state = new AgentState();
        var agent = WireFigures.Start(lab, state);
        try
        {
            using var traffic = new SteadyTraffic(lab);
            var random = new Random(7);
            for (var life = 0; life <= Kills; life++)
            {
                Thread.Sleep(random.Next(20, 400));
                if (life < Kills)
                {
                    agent.Kill();
                }
                else
                {
                    // A stop that keeps, for the agent that comes next.
                    Assert.Equal(0, agent.Stop());
                }

                agent.Dispose();
                agent = WireFigures.Start(lab, state);
                Print(life + 2, agent, traffic);
            }

            Thread.Sleep(200);
            traffic.Stop();
            WireFigures.Compare(agent, traffic, flows: true);
            Print(Kills + 2, agent, traffic);
            Assert.Equal(0, agent.Stop());
        }
        finally
        {
            agent.Dispose();
        }
    }

    [SkippableFact]
    public void Agents_whose_maps_do_not_fit_hand_over_every_packet_there_and_back()
    {
        LabRequirements.SkipIfMissing("nft");
        using var lab = new TwoHosts(offloads: false);
        using var state = new AgentState();
        var agent = WireFigures.Start(lab, state);
        try
        {
            using var traffic = new SteadyTraffic(lab);
            foreach (
                var (flows, kill) in ((string, bool)[])
                    [("65536", false), ("131072", true), ("65536", true), ("131072", false)]
            )
            {
                Thread.Sleep(400);
                if (kill)
                {
                    agent.Kill();
                }
                else
                {
                    Assert.Equal(0, agent.Stop());
                }

                agent.Dispose();
                agent = WireFigures.Start(lab, state, "--max-flows", flows);
            }

            Thread.Sleep(200);
            traffic.Stop();

            // Flows that are handed over end there and begin here.
            WireFigures.Compare(agent, traffic, flows: false);
            Assert.Equal(0, agent.Stop());
        }
        finally
        {
            agent.Dispose();
        }
    }

    private void Print(int life, AgentProcess agent, SteadyTraffic traffic)
    {
        var metrics = agent.ReadMetrics();
        var reported =
            metrics.Sum(
                "netmon_packets_total",
                ("src_ip", TwoHosts.HostV4.ToString()),
                ("direction", "egress")
            )
            - metrics.Sum(
                "netmon_packets_total",
                ("src_ip", TwoHosts.HostV4.ToString()),
                ("direction", "egress"),
                ("protocol", "icmp")
            );
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"life {life, 3}: {metrics.Sum("netmon_ledger_restored", ("what", "flows")), 6} flows and {metrics.Sum("netmon_ledger_restored", ("what", "records")), 6} records taken over; packets sent {traffic.Sent.Packets, 8}, reported so far {reported, 8}"
            )
        );
    }
}
