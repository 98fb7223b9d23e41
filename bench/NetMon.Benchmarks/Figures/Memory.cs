using NetMon.Benchmarks.Reporting;
using NetMon.Testing.Lab;
using NetMon.Testing.Packets;

namespace NetMon.Benchmarks.Figures;

/// <summary>(d) Memory of kernel and process with 0, 100,000 and 1,000,000 active flows.</summary>
internal static class Memory
{
    private const double MiB = 1024 * 1024;

    public static Section Measure()
    {
        var figures = new List<Figure>();
        foreach (
            var (flows, drops, kept, limit) in ((int, bool, bool, double?)[])
                [
                    (0, true, false, 72),
                    (100_000, false, false, 180),
                    (100_000, false, true, null),
                    (100_000, true, false, null),
                    (1_000_000, false, false, null),
                ]
        )
        {
            using var link = new BareLink();
            var state = Directory.CreateDirectory($"/dev/shm/netmon-bench-{Environment.ProcessId}").FullName;
            using var agent = AgentProcess.Start(
                link.Near,
                [
                    "--udp-idle",
                    "1h",
                    "--drops",
                    drops ? "true" : "false",
                    .. flows > 100_000 ? (string[])["--max-flows", "1000000"] : [],
                    .. kept ? (string[])["--state-dir", state, "--checkpoint-interval", "5s"] : [],
                ]
            );
            Thread.Sleep(TimeSpan.FromSeconds(2));
            Make(link, agent, flows);

            // Two report intervals, so that the table, the series and the garbage of the growth are there.
            Thread.Sleep(TimeSpan.FromSeconds(12));
            var resident = agent.ReadStatus("VmRSS") / MiB;
            var files =
                Directory.EnumerateFiles(state, "*", SearchOption.AllDirectories).Sum(Allocated) / MiB;
            var kernel = agent.ReadMetrics().Sum("netmon_map_memory_bytes") / MiB;
            var which =
                $"{flows:N0} flows{(drops && flows > 0 ? ", each with a drop" : "")}{(kept ? ", with a ledger" : "")}";
            var what = $"resident memory, {which}";
            figures.Add(
                limit is { } most
                    ? Figure.AtMost(what, resident, most, "MiB", "0.0")
                    : new(what, $"{resident:0.0} MiB")
            );
            figures.Add(new($"kernel maps, {which}", $"{kernel:0.0} MiB"));
            if (kept)
            {
                figures.Add(new($"files of the ledger on tmpfs, {which}", $"{files:0.0} MiB"));
            }

            Directory.Delete(state, recursive: true);
        }

        return new(
            "(d) Memory",
            "Active UDP flows from 65,536 addresses; resident memory as the kernel says (VmRSS) after two report intervals, kernel memory of "
                + "the maps from their fdinfo. Each case with an agent of its own, default sizes up to 262,144 flows. Nobody receives these packets, so the kernel drops each: "
                + "what it takes to remember so much of every flow is a case of its own, and left out of the others (features.drops).",
            figures
        );
    }

    // A journal has its full length, but only the pages that were needed.
    private static double Allocated(string file)
    {
        var text = Command.Run("stat", "--format=%b", file);
        return 512.0 * long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Make(BareLink link, AgentProcess agent, int flows)
    {
        using var sender = new RawSender(link.FarInterface);
        var frame = Packet
            .Ethernet(ethernet =>
                ethernet with
                {
                    Source = link.FarInterface.HardwareAddress,
                    Destination = link.NearInterface.HardwareAddress,
                }
            )
            .IPv4("10.70.0.0", "10.71.0.1")
            .Udp(1024, 9, udp => udp with { Checksum = 0 })
            .Build();
        for (var flow = 0; flow < flows; flow++)
        {
            // 65,536 source addresses, then the next source port. The IP checksum is nobody's concern: the host has no such address.
            frame[28] = (byte)(flow >> 8);
            frame[29] = (byte)flow;
            frame[34] = (byte)(4 + (flow >> 16));
            sender.Send(frame);
            if (flow % 1000 == 999)
            {
                Thread.Sleep(5);
            }
        }

        Wait.Until(
            () => agent.ReadMetrics().Sum("netmon_flows_active") >= flows,
            $"{flows} active flows",
            TimeSpan.FromMinutes(1)
        );
    }
}
