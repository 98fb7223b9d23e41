using System.Diagnostics;
using System.Globalization;
using NetMon.Testing.Lab;
using Xunit.Abstractions;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>An upgrade to a version whose records have another layout, and the way back, while packets flow: together they report each packet once.</summary>
public sealed class OtherLayouts(ITestOutputHelper output)
{
    // NETMON_ROUNDS: for a longer run by hand.
    private static readonly int Rounds = int.TryParse(
        Environment.GetEnvironmentVariable("NETMON_ROUNDS"),
        CultureInfo.InvariantCulture,
        out var rounds
    )
        ? rounds
        : 1;

    private static readonly (bool ToOther, bool ByKill)[] Changes =
    [
        (true, false),
        (false, false),
        (true, true),
        (false, true),
    ];

    /// <summary>Each way by a stop and by a kill, at moments that are not the same in any two runs.</summary>
    [SkippableFact]
    public void Agents_whose_records_differ_hand_over_every_packet_there_and_back()
    {
        LabRequirements.SkipIfMissing("nft", "dotnet", "clang", "llvm-strip");
        var other = OtherBuild.Executable;
        for (var round = 1; round <= Rounds; round++)
        {
            output.WriteLine($"round {round}");
            Run(other);
        }
    }

    private void Run(string other)
    {
        using var lab = new TwoHosts(offloads: false);
        using var state = new AgentState();
        var agent = WireFigures.Start(lab, state);
        try
        {
            using var traffic = new SteadyTraffic(lab);
            foreach (var (toOther, byKill) in Changes)
            {
                Thread.Sleep(Random.Shared.Next(50, 700));
                if (byKill)
                {
                    agent.Kill();
                }
                else
                {
                    Assert.Equal(0, agent.Stop());
                }

                agent.Dispose();
                agent = toOther ? WireFigures.StartFrom(other, lab, state) : WireFigures.Start(lab, state);
                Print(
                    $"{(byKill ? "kill -9" : "stop")}, then {(toOther ? "the other build" : "this build")}",
                    agent,
                    traffic
                );
            }

            Thread.Sleep(200);
            traffic.Stop();
            WireFigures.Compare(agent, traffic, flows: false);
            Print("all that was sent", agent, traffic);
            Assert.Equal(0, agent.ReadMetrics().Sum("netmon_ledger_refused_total"));
            Assert.Equal(0, agent.Stop());
        }
        finally
        {
            agent.Dispose();
        }
    }

    private void Print(string what, AgentProcess agent, SteadyTraffic traffic)
    {
        var metrics = agent.ReadMetrics();
        var (packets, bytes) = traffic.Sent;
        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what, -32} ready after {Stopwatch.GetElapsedTime(agent.StartedAt, agent.ReadyAt).TotalSeconds, 4:f1} s; {metrics.Sum("netmon_ledger_restored", ("what", "records")), 6} records taken over; sent {packets, 7} packets {bytes, 9} bytes, reported {Of("netmon_packets_total"), 7} packets {Of("netmon_bytes_total"), 9} bytes"
            )
        );

        double Of(string name) => WireFigures.Read(metrics, name, TwoHosts.HostV4, "egress");
    }
}
