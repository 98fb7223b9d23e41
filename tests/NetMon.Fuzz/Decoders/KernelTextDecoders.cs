using System.Text;
using NetMon.Agent.HostCounters;
using NetMon.Agent.Sockets;
using NetMon.Bpf.Drops;
using NetMon.Bpf.Sockets;
using NetMon.Core.Sockets;

namespace NetMon.Fuzz.Decoders;

/// <summary>The kernel's texts: /proc, symbols, names of cgroups. A line that makes no sense is passed over.</summary>
internal static class KernelTextDecoders
{
    public static IReadOnlyList<(string Name, Func<string, Decoder> Make)> All { get; } =
    [
        ("cgroup-paths", CgroupPaths),
        ("cgroup-files", CgroupFiles),
        ("mounts", Mounts),
        ("kernel-symbols", Symbols),
        ("protocol-counters", Protocols),
        ("softnet", Softnet),
        ("device-counters", Devices),
    ];

    private static Decoder CgroupPaths(string name) =>
        new(
            name,
            "paths of cgroups",
            Seeds.Lines("cgroup-paths.txt"),
            () =>
                input =>
                {
                    CgroupPath.Parse(Encoding.UTF8.GetString(input), out var container, out var pod);
                    BrokenException.Unless(
                        container.Length == 0
                            || (container.Length == 64 && container.All(char.IsAsciiHexDigit)),
                        "a container's name of other than 64 hexadecimal digits"
                    );
                    BrokenException.Unless(
                        pod.Length is 0 or 32 or 36 && pod.All(c => char.IsAsciiHexDigit(c) || c == '-'),
                        "a pod's UID of another form"
                    );
                    return container.Length + pod.Length > 0;
                }
        )
        {
            Words = Seeds.Words("pod kubepods .slice .scope crio- docker- : / conmon _ -"),
        };

    private static Decoder CgroupFiles(string name) =>
        new(
            name,
            "/proc/PID/cgroup",
            Seeds.File("cgroup-files.txt"),
            () =>
                input =>
                {
                    var lines = Encoding.UTF8.GetString(input).Split('\n');
                    return (
                        KernelCgroups.PathIn(lines, isVersion1: false)
                        ?? KernelCgroups.PathIn(lines, isVersion1: true)
                    )
                        is not null;
                }
        )
        {
            Words = Seeds.Words("0:: :memory: , : /"),
        };

    private static Decoder Mounts(string name) =>
        new(
            name,
            "/proc/self/mountinfo",
            Seeds.File("mountinfo.txt"),
            () =>
                input =>
                {
                    var lines = Encoding.UTF8.GetString(input).Split('\n');
                    return CgroupRoot.Find(lines, "cgroup2", null).Any()
                        | CgroupRoot.Find(lines, "cgroup", "memory").Any();
                }
        )
        {
            Words = Seeds.Words("cgroup cgroup2 - \\040 memory,cpu"),
        };

    private static Decoder Symbols(string name) =>
        new(
            name,
            "/proc/kallsyms",
            Seeds.File("kallsyms.txt"),
            () =>
                input =>
                {
                    using var text = new MemoryStream(input.ToArray());
                    var found = KernelSymbols.Find(text, [0xffff_ffff_8200_0020, 0xffff_ffff_ffff_ffff, 1]);
                    BrokenException.Unless(found.Values.All(one => one.Length < 256), "a name without end");
                    return found.Count > 0;
                }
        )
        {
            Words = Seeds.Words("ffffffff82000010 0000000000000000 ffffffffffffffff t T w W [mod]"),
            // Two buffers of 64 KiB characters, as a table of 5 MB needs.
            Allocation = (768 * 1024, 256),
        };

    private static Decoder Protocols(string name) =>
        new(
            name,
            "/proc/net/snmp, netstat, snmp6",
            Seeds.File("proc-snmp.txt", "proc-netstat.txt", "proc-snmp6.txt"),
            () =>
                input =>
                {
                    var text = Encoding.UTF8.GetString(input);
                    var counters = new Dictionary<(string, string), long>();
                    ProtocolCounters.ReadPairs(text, counters);
                    ProtocolCounters.ReadLines(text, counters);
                    BrokenException.Unless(counters.Values.All(value => value >= 0), "a counter below 0");
                    return counters.Count > 0;
                }
        )
        {
            Words = Seeds.Words("Tcp: TcpExt: Ip6InReceives InErrs"),
        };

    private static Decoder Softnet(string name) =>
        new(
            name,
            "/proc/net/softnet_stat",
            Seeds.File("proc-softnet_stat.txt"),
            () =>
                input =>
                {
                    var count = 0;
                    foreach (var cpu in SoftnetCounters.Read(Encoding.UTF8.GetString(input)))
                    {
                        count++;
                        BrokenException.Unless(
                            cpu is { Dropped: >= 0, TimeSqueeze: >= 0 },
                            "a counter below 0"
                        );
                        BrokenException.Unless(cpu.Cpu >= 0, "a CPU below 0");
                    }

                    return count > 0;
                }
        );

    private static Decoder Devices(string name) =>
        new(
            name,
            "/proc/net/dev",
            Seeds.File("proc-dev.txt"),
            () =>
                input =>
                {
                    var count = 0;
                    foreach (var device in DeviceCounters.Read(Encoding.UTF8.GetString(input)))
                    {
                        count++;
                        BrokenException.Unless(
                            device is { ReceiveDropped: >= 0, TransmitDropped: >= 0 }
                                && device.Name.Length > 0,
                            "a counter below 0, or a device without a name"
                        );
                    }

                    return count > 0;
                }
        );
}
