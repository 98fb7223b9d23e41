using System.Globalization;
using System.Text.RegularExpressions;
using NetMon.Benchmarks.Reporting;
using NetMon.Testing.Lab;
using NetMon.Testing.Namespaces;

namespace NetMon.Benchmarks.Figures;

/// <summary>(a) What a packet costs in the kernel: runs bench/packet_cost.c.</summary>
internal static partial class PacketCost
{
    private const double Target = 1.8;

    /// <param name="folder">With the built packet_cost and BPF objects.</param>
    public static Section Measure(string folder)
    {
        var output = Command.Run(
            Path.Combine(folder, "packet_cost"),
            [FindProgram(), Path.Combine(folder, "minimal.bpf.o"), Path.Combine(folder, "drive.bpf.o")]
        );
        var ratio = double.Parse(
            Ratio().Match(output).Groups["value"].ValueSpan,
            CultureInfo.InvariantCulture
        );
        return new(
            "(a) Net cost per packet",
            "BPF_PROG_TEST_RUN with repeat, netmon's program and bench/minimal.bpf.c in alternating rounds; net of the same run with "
                + "an empty program. Each run is the next data segment of an established TCP connection, or data and its acknowledgment in turn; "
                + "without health, the program counts retransmissions by sequence number alone and measures no round trips.",
            [Figure.AtMost("netmon net / minimal net", ratio, Target, "times", "0.00")],
            output
        );
    }

    /// <summary>The object that netmon has embedded, as the build left it.</summary>
    public static string FindProgram() =>
        Directory
            .EnumerateFiles(
                Path.Combine(AgentBinary.RepositoryRoot(), "src/NetMon.Bpf/obj"),
                "flows.bpf.o",
                SearchOption.AllDirectories
            )
            .MaxBy(File.GetLastWriteTimeUtc)
        ?? throw new LabException("no flows.bpf.o: build first");

    [GeneratedRegex(
        @"^ratio: (?<value>[\d.]+)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Ratio();
}
