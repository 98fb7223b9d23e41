using System.Text.Json;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.Interop;

public class FlowProgramTests
{
    /// <summary>An ARP request, padded to Ethernet's least length.</summary>
    private static readonly byte[] Arp =
    [
        .. Convert.FromHexString("ffffffffffff0200000000010806"),
        .. Convert.FromHexString("00010800060400010200000000010a0000010000000000000a000002"),
        .. new byte[18],
    ];

    [SkippableFact]
    public void Settings_reach_the_kernel()
    {
        Privileges.Require();
        using var program = FlowProgram.Load(
            new()
            {
                MaxFlows = 12345,
                RingBytes = 128 * 1024,
                MaxFragments = 77,
                Interval = TimeSpan.FromMilliseconds(1234),
                TcpIdle = TimeSpan.FromSeconds(11),
                OverlayPorts = [4789, 1],
            }
        );
        Assert.Equal(12345, MapOf(program, "flows").GetProperty("max_entries").GetInt32());
        Assert.Equal(128 * 1024, MapOf(program, "records").GetProperty("max_entries").GetInt32());
        Assert.Equal(77, MapOf(program, "fragments").GetProperty("max_entries").GetInt32());
        Assert.Equal(128 * 1024, program.Ring.Capacity);

        var config = Dump(MapOf(program, "netmon.rodata"))[0]
            .GetProperty("formatted")
            .GetProperty("value")
            .GetProperty(".rodata")
            .EnumerateArray()
            .Single(variable => variable.TryGetProperty("config", out _))
            .GetProperty("config");
        Assert.Equal(1_234_000_000, config.GetProperty("interval_ns").GetInt64());
        Assert.Equal(11_000_000_000, config.GetProperty("tcp_idle_ns").GetInt64());
        Assert.Equal(5_000_000_000, config.GetProperty("tcp_closed_ns").GetInt64());
        Assert.Equal(
            [4789, 1, 0, 0, 0, 0, 0, 0],
            config.GetProperty("overlay_ports").EnumerateArray().Select(port => port.GetInt32())
        );
    }

    [SkippableFact]
    public void Interfaces_are_set_replaced_and_removed()
    {
        using var program = Load();
        program.SetInterface(7, InterfaceKind.Uplink, 5);
        program.SetInterface(7, InterfaceKind.Pod, 42);
        program.SetInterface(8, InterfaceKind.Other, 1);
        program.RemoveInterface(8);
        program.RemoveInterface(9);

        var entry = Assert.Single(Dump(MapOf(program, "interfaces"))).GetProperty("formatted");
        Assert.Equal(7, entry.GetProperty("key").GetInt32());
        Assert.Equal(42, entry.GetProperty("value").GetProperty("since_ns").GetInt64());
        Assert.Equal(2, entry.GetProperty("value").GetProperty("kind").GetInt32());
    }

    /// <summary>A walk from key to key begins anew where the key that it is at has gone.</summary>
    [SkippableFact]
    public void Interfaces_are_counted_once_each_while_others_come_and_go()
    {
        const int Staying = 2000;
        const int Changing = 500;
        using var program = Load();
        for (var ifindex = 1; ifindex <= Staying; ifindex++)
        {
            program.SetInterface(ifindex, InterfaceKind.Pod, 1);
        }

        using var over = new CancellationTokenSource();
        var changes = new Thread(() =>
        {
            for (var i = 0; !over.IsCancellationRequested; i++)
            {
                program.SetInterface(10_000 + (i % Changing), InterfaceKind.Pod, 1);
                program.RemoveInterface(10_000 + ((i + (Changing / 2)) % Changing));
            }
        });
        changes.Start();
        try
        {
            for (var i = 0; i < 200; i++)
            {
                Assert.InRange(program.InterfaceCount, Staying, Staying + Changing);
            }
        }
        finally
        {
            over.Cancel();
            changes.Join();
        }

        program.RemoveOtherInterfaces(Enumerable.Range(1, 7).ToHashSet());
        Assert.Equal(7, program.InterfaceCount);
    }

    [SkippableFact]
    public void A_test_run_gives_the_verdict_and_shows_in_the_counters()
    {
        using var program = Load();
        var result = program.TestRun(LinkLayer.Ethernet, Hook.Ingress, Arp, new() { Repeat = 5 });
        Assert.Equal(-1, result.ReturnValue);
        Assert.Equal(5ul, program.ReadCounters().Arp);

        var buckets = new OverflowBucket[OverflowBucket.Count];
        program.ReadOverflow(buckets);
        Assert.All(buckets, bucket => Assert.Equal(0ul, bucket.Packets));
        Assert.Throws<ArgumentException>(() => program.ReadOverflow(buckets.AsSpan(1)));
        Assert.Throws<BpfException>(() => program.TestRun(LinkLayer.Ethernet, Hook.Ingress, new byte[13]));
    }

    [SkippableFact]
    public void Passes_over_an_empty_map_end_at_once()
    {
        using var program = Load();
        var records = new FlowRecord[10];
        using var sweep = program.OpenSweep();
        Assert.Equal(0, sweep.Read(records));
        using var drain = program.OpenDrain();
        Assert.Equal(0, drain.Read(records));
        Assert.False(program.Ring.Wait(TimeSpan.Zero));
    }

    [SkippableFact]
    public void Memory_is_that_of_all_maps()
    {
        using var program = Load();
        string[] maps = ["flows", "records", "counters", "overflow", "interfaces", "fragments", "fresh_flow"];
        Assert.Equal(
            maps.Sum(map => MapOf(program, map).GetProperty("bytes_memlock").GetInt64())
                + CarriedBytes(MapOf(program, "flows")),
            program.FlowMapMemoryBytes
        );
    }

    [SkippableFact]
    public void Run_statistics_count_while_they_are_enabled()
    {
        using var program = Load();
        program.TestRun(LinkLayer.Ethernet, Hook.Ingress, Arp);
        ProgramStatistics[] statistics;
        using (FlowProgram.EnableRunStatistics())
        {
            var before = program.ReadRunStatistics();
            program.TestRun(LinkLayer.Ethernet, Hook.Egress, Arp, new() { Repeat = 1000 });
            statistics = program.ReadRunStatistics();
            Assert.Equal(before[0].Runs, statistics[0].Runs);
        }

        Assert.Equal(
            ["netmon_l2_in", "netmon_l2_out", "netmon_l3_in", "netmon_l3_out"],
            statistics.Select(program => program.Name)
        );
        Assert.True(statistics[1].Id > 0);
    }

    [SkippableFact]
    public void Nothing_stays_in_the_kernel_after_disposal()
    {
        uint id;
        using (var program = Load())
        {
            id = program.ReadRunStatistics()[0].Id;
            Assert.Contains(id, ProgramIds());
        }

        Netlink.RecordingObserver.Eventually(() => ProgramIds().Contains(id) ? null : "gone");
        Assert.DoesNotContain(id, ProgramIds());
    }

    [SkippableFact]
    public void Loading_again_and_again_leaks_no_descriptor()
    {
        Privileges.Require();
        Assert.Equal("0", Shell.Run("dotnet", ChildProcess.Assembly, "load-again").Trim());
    }

    [SkippableFact]
    public void Without_privileges_the_error_says_which_are_missing()
    {
        Privileges.Require();
        var said = Shell.Run(
            "setpriv",
            "--bounding-set=-all",
            "--inh-caps=-all",
            "dotnet",
            ChildProcess.Assembly,
            "load"
        );
        Assert.Contains(
            "this needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN",
            said,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(0, 65536)]
    [InlineData(1000, 65535)]
    [InlineData(1000, 1024)]
    [InlineData(1000, 0)]
    public void Sizes_that_the_kernel_would_refuse_are_refused_before(int flows, int ring) =>
        Assert.Throws<ArgumentException>(() =>
            FlowProgram.Load(new() { MaxFlows = flows, RingBytes = ring })
        );

    private static FlowProgram Load()
    {
        Privileges.Require();
        return FlowProgram.Load(new() { MaxFlows = 1024, RingBytes = 64 * 1024 });
    }

    // No program uses the map, so it is not in MapOf's list: it is the one that was loaded with the same type information.
    private static long CarriedBytes(JsonElement sibling)
    {
        var types = sibling.GetProperty("btf_id").GetInt32();
        using var maps = JsonDocument.Parse(Shell.Run("bpftool", "-j", "map", "show"));
        return maps
            .RootElement.EnumerateArray()
            .Single(map =>
                map.TryGetProperty("name", out var name)
                && name.GetString() == "carried"
                && map.TryGetProperty("btf_id", out var own)
                && own.GetInt32() == types
            )
            .GetProperty("bytes_memlock")
            .GetInt64();
    }

    /// <summary>What bpftool says of a map of the program.</summary>
    private static JsonElement MapOf(FlowProgram program, string name)
    {
        var id = program.ReadRunStatistics()[0].Id.ToString();
        using var shown = JsonDocument.Parse(Shell.Run("bpftool", "-j", "prog", "show", "id", id));
        var own = shown
            .RootElement.GetProperty("map_ids")
            .EnumerateArray()
            .Select(map => map.GetInt32())
            .ToHashSet();
        using var maps = JsonDocument.Parse(Shell.Run("bpftool", "-j", "map", "show"));
        return maps
            .RootElement.EnumerateArray()
            .Single(map =>
                own.Contains(map.GetProperty("id").GetInt32()) && map.GetProperty("name").GetString() == name
            )
            .Clone();
    }

    private static JsonElement[] Dump(JsonElement map)
    {
        var id = map.GetProperty("id").ToString();
        using var dump = JsonDocument.Parse(Shell.Run("bpftool", "-j", "map", "dump", "id", id));
        return [.. dump.RootElement.Clone().EnumerateArray()];
    }

    private static HashSet<uint> ProgramIds()
    {
        using var programs = JsonDocument.Parse(Shell.Run("bpftool", "-j", "prog", "show"));
        return
        [
            .. programs.RootElement.EnumerateArray().Select(program => program.GetProperty("id").GetUInt32()),
        ];
    }
}
