using NetMon.EndToEnd.Traffic;
using NetMon.Testing.Lab;
using NetMon.Testing.Namespaces;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>One agent at a time; what it leaves attached is the next one's, or goes with <c>netmon detach</c>.</summary>
public sealed class OneAgentAfterTheOther
{
    private const string OtherAddress = "127.0.0.1:9991";
    private const int AlreadyRunning = 4;

    [SkippableFact]
    public void A_second_agent_refuses_or_takes_over_and_detach_leaves_nothing()
    {
        LabRequirements.SkipIfMissing("ping");
        using var lab = new TwoHosts(offloads: true);
        using var state = new AgentState();
        string[] settings = [.. state.Arguments, "--interval", "100ms"];

        using var first = AgentProcess.Start(lab.Host, settings);
        using (
            var refused = lab.Host.Start(AgentBinary.Find(), ["agent", "--listen", OtherAddress, .. settings])
        )
        {
            Assert.Equal(AlreadyRunning, refused.WaitForExit(success: false).ExitCode);
            Assert.Contains($"(process {first.Id})", refused.Errors, StringComparison.Ordinal);
        }

        // The one that is told to go leaves its programs to the one that comes.
        var surroundings = new LabProgram { Namespace = lab.Host };
        using var second = AgentProcess.Start(surroundings, OtherAddress, [.. settings, "--takeover"]);
        Assert.Equal(0, first.WaitForExit());
        Wait.Until(
            () => second.Log.Contains("going on with the maps", StringComparison.Ordinal),
            "the second agent's log to tell of the first one's maps"
        );
        AssertAttached(lab, programs: 2);

        // SIGTERM keeps, and what comes meanwhile is in the next one's figures.
        Assert.Equal(0, second.Stop());
        AssertAttached(lab, programs: 2);
        Programs.Ping(lab, TwoHosts.PeerV4, count: 5, bytes: 56);
        using var third = AgentProcess.Start(lab.Host, settings);
        Wait.Until(
            () => third.ReadMetrics().Sum("netmon_packets_total", ("protocol", "icmp")) == 10,
            "the pings of the time without an agent"
        );

        // Ctrl-C detaches.
        Assert.Equal(0, third.Interrupt());
        AssertAttached(lab, programs: 0);

        using (var killed = AgentProcess.Start(lab.Host, settings))
        {
            using var early = Detach(lab, state);
            Assert.Equal(AlreadyRunning, early.ExitCode);
            killed.Kill();
        }

        using var listed = Detach(lab, state, "--dry-run");
        Assert.Contains("found    link    tcx at interface", listed.Output, StringComparison.Ordinal);
        AssertAttached(lab, programs: 2);
        using var removed = Detach(lab, state);
        Assert.Equal(0, removed.ExitCode);
        AssertAttached(lab, programs: 0);
        Assert.False(state.IsPinned);

        using var last = AgentProcess.Start(lab.Host, settings);
        using var stopped = Detach(lab, state, "--stop");
        Assert.Equal(0, stopped.ExitCode);
        Assert.Equal(0, last.WaitForExit());
        AssertAttached(lab, programs: 0);
        Assert.False(state.IsPinned);
    }

    private static LabProcess Detach(TwoHosts lab, AgentState state, params string[] options) =>
        lab
            .Host.Start(AgentBinary.Find(), ["detach", .. state.Arguments, .. options])
            .WaitForExit(success: false);

    private static void AssertAttached(TwoHosts lab, int programs) =>
        Assert.Equal(programs, AttachedPrograms.CountTcx(lab.Host, lab.HostInterface.Index));
}
