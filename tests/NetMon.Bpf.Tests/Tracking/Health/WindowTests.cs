using System.Diagnostics;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;
using static NetMon.Bpf.Tests.Tracking.Health.Script;

namespace NetMon.Bpf.Tests.Tracking.Health;

/// <summary>Windows that close and fill, and what SYNs say about them.</summary>
public sealed class WindowTests
{
    public static TheoryData<byte[]> HostileOptions =>
        [
            [2],
            [2, 0],
            [2, 1, 5, 180],
            [2, 4],
            [3, 200, 7, 0],
            [8, 255, 0, 0],
            [.. Enumerable.Repeat((byte)1, 40)],
            [.. Enumerable.Repeat((byte)1, 38), 2, 4],
            [0, 2, 4, 5, 180],
        ];

    [SkippableFact]
    public void Segment_sizes_are_those_of_the_SYNs()
    {
        using var run = new KernelRun();
        new Script(run).Open([.. TcpOptions.Mss(1460), 1, 3, 3, 7], [1, 1, .. TcpOptions.Mss(8960)]);
        var flow = run.DrainSingle();
        Assert.Equal((1460, 8960), (flow.Handshake.Mss[flow.Source], flow.Handshake.Mss[flow.Destination]));
    }

    [SkippableTheory]
    [MemberData(nameof(HostileOptions))]
    public void Options_that_lie_say_nothing(byte[] options)
    {
        using var run = new KernelRun();
        new Script(run)
            .Open(options, options)
            .FromClient(Client, Server, Window, options: options)
            .FromServer(Server, Client + 500, options: options)
            .FromClient(Client, Server, Window, options: options);
        var flow = run.DrainSingle();
        Assert.Equal((0, 0), (flow.Handshake.Mss[0], flow.Handshake.Mss[1]));
        // Without a scale the window is what it says.
        Assert.Equal(1u, flow.Events.WindowFull[flow.Source]);
        Assert.Equal(6, flow.Total.Packets);
    }

    [SkippableTheory]
    [InlineData(3, 500 << 3, 1)]
    [InlineData(3, 500, 0)]
    [InlineData(14, 500 << 3, 0)]
    public void Data_up_to_the_edge_of_the_scaled_window_fills_it(byte shift, int length, uint full)
    {
        using var run = new KernelRun();
        new Script(run)
            .Open([1, 3, 3, 2], [1, 3, 3, shift])
            .FromServer(Server, Client)
            .FromClient(Client, Server, length / 2)
            .FromClient(Client + (uint)(length / 2), Server, length - (length / 2));
        var flow = run.DrainSingle();
        Assert.Equal(full, flow.Events.WindowFull[flow.Source]);
    }

    [SkippableFact]
    public void One_SYN_without_a_scale_means_none_both_ways()
    {
        using var run = new KernelRun();
        new Script(run).Open([1, 3, 3, 7], TcpOptions.Mss(1460)).FromServer(Server, Client, Window);
        var flow = run.DrainSingle();
        Assert.Equal(1u, flow.Events.WindowFull[flow.Destination]);
    }

    [SkippableFact]
    public void Without_the_SYNs_no_window_is_known_to_be_full()
    {
        using var run = new KernelRun();
        new Script(run).FromServer(Server, Client).FromClient(Client, Server, Window);
        Assert.Equal(0u, run.DrainSingle().Events.WindowFull[0]);
    }

    [SkippableFact]
    public void A_closed_window_counts_its_time_and_probes_are_no_data()
    {
        using var run = new KernelRun();
        var clock = Stopwatch.StartNew();
        var script = new Script(run)
            .Open()
            .FromClient(Client, Server, 100)
            .FromServer(Server, Client + 100, window: 0);
        for (var i = 0; i < 3; i++)
        {
            Pause(30);
            script.FromClient(Client + 100, Server, 1).FromServer(Server, Client + 100, window: 0);
        }

        Pause(30);
        script.FromServer(Server, Client + 100).FromClient(Client + 100, Server, 50);
        var flow = run.DrainSingle();
        var (events, server) = (flow.Events, flow.Destination);
        Assert.InRange(events.ZeroWindowNs[server], 118_000_000ul, (ulong)clock.Elapsed.TotalNanoseconds);
        Assert.Equal(0ul, events.ZeroWindowNs[flow.Source]);
        Assert.Equal(
            (4u, 0u, 0u),
            (events.ZeroWindows[server], events.DuplicateAcks[server], events.Retransmits[flow.Source])
        );
    }
}
