using System.Globalization;
using NetMon.Bpf.Drops;
using NetMon.Bpf.Records;
using NetMon.Bpf.Sockets;
using NetMon.Bpf.Tests.Attaching;

namespace NetMon.Bpf.Tests.Pinning;

/// <summary>Programs at tracepoints count on while no process is there, and are taken over as they are.</summary>
public class ObjectPinTests
{
    // Room for the most that tests beside this one drop: the sums are of the whole machine.
    private static readonly DropProgramOptions Drops = new() { MaxEntries = 1 << 16 };

    [SkippableFact]
    public void Drops_of_the_time_without_a_process_are_in_the_totals_and_the_sums()
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        wire.Inside(() =>
        {
            using var directory = pins.Open();
            using (var first = DropProgram.Load(Drops, directory))
            {
                Assert.False(first.Adopted);
                first.Take(static (in _, in _) => { });
            }

            // Nobody listens there: each datagram is dropped for want of a socket.
            wire.Near.Exec("python3", "-c", Send(100));
            using (var second = DropProgram.Load(Drops, directory))
            {
                Assert.True(second.Adopted);
                Assert.Equal(100, Taken(second, wire, 100));
            }

            // Other settings are another program: nothing of the one before stays attached.
            using var other = DropProgram.Load(new() { MaxEntries = 1 << 17 }, directory);
            Assert.False(other.Adopted);
            Assert.Single(Directory.GetDirectories(Path.Combine(directory.Path, "drops")));
            wire.Near.Exec("python3", "-c", Send(10));
            Assert.Equal(10, Taken(other, wire, 10));
        });
    }

    private static readonly Lazy<byte[]> OtherDrops = new(() =>
        TestObjects.CompileVariantOf(
            "drops.bpf.c",
            "drops.h",
            (
                "struct drop_total {\n\t__u64 packets;\n\t__u64 bytes;",
                "struct drop_total {\n\t__u64 news;\n\t__u64 bytes;\n\t__u64 packets;"
            ),
            (
                "\t__u64 packets; /* on the wire: segments of a GSO packet */\n\t__u64 bytes;",
                "\t__u64 news;\n\t__u64 bytes;\n\t__u64 packets; /**/"
            ),
            ("\t__u64 location; /* address", "\t__u64 news;\n\t__u64 location; /* address")
        )
    );

    /// <summary>Others take their place: by settings, then by programs whose layouts differ, then the first ones again.</summary>
    [SkippableFact]
    public void What_drop_programs_had_gathered_goes_to_those_that_take_their_place()
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        wire.Inside(() =>
        {
            using var directory = pins.Open();
            DropTotal[] totals;
            using (var first = DropProgram.Load(Drops, directory))
            {
                wire.Near.Exec("python3", "-c", Send(100));
                totals = first.ReadTotals();
            }

            wire.Near.Exec("python3", "-c", Send(20));
            using (var second = DropProgram.Load(new() { MaxEntries = 60_000 }, directory))
            {
                Assert.False(second.Adopted);
                Assert.NotEqual(0ul, second.ReadActivity());
                totals = AssertNoLess(totals, second.ReadTotals());
                Assert.Equal(120, Taken(second, wire, 120));
                wire.Near.Exec("python3", "-c", Send(3));
            }

            using (var other = DropProgram.Load(Drops, directory, OtherDrops.Value))
            {
                Assert.False(other.Adopted);
            }

            wire.Near.Exec("python3", "-c", Send(30));
            using (var back = DropProgram.Load(Drops, directory))
            {
                Assert.False(back.Adopted);
                AssertNoLess(totals, back.ReadTotals());
                Assert.Equal(30, Taken(back, wire, 30));
            }

            using var adopted = DropProgram.Load(Drops, directory);
            Assert.True(adopted.Adopted);
            AssertNoLess(totals, adopted.ReadTotals());
            Assert.Equal(0, Taken(adopted, wire, 0));
            Assert.Single(Directory.GetDirectories(Path.Combine(directory.Path, "drops")));
        });
    }

    [SkippableFact]
    public void Events_of_sockets_that_nobody_took_go_to_the_programs_that_take_their_place()
    {
        using var pins = new TestPins();
        using var directory = pins.Open();
        var options = new SocketProgramOptions { Loopback = true };
        ulong events;
        using (var first = SocketProgram.Load(options, directory))
        {
            Skip.IfNot(first.ConnectMissing.Length == 0, first.ConnectMissing);
        }

        Shell.Run("python3", "-c", Connect);
        using (var first = SocketProgram.Load(options, directory))
        {
            Assert.True(first.Adopted);
            events = first.ReadCounters().Events;
        }

        using var other = SocketProgram.Load(
            new() { Loopback = true, RingBytes = options.RingBytes * 2 },
            directory
        );
        Assert.False(other.Adopted);
        Assert.True(other.ReadCounters().Events >= events);
        Assert.Contains(other.Inherited, one => one.Kind == SocketKind.Opened && one.Key.Protocol == 6);
        Assert.All(other.Inherited, one => Assert.InRange((int)one.Kind, 1, 5));
        Assert.Single(Directory.GetDirectories(Path.Combine(directory.Path, "sockets")));
    }

    [SkippableFact]
    public void Sockets_of_the_time_without_a_process_are_in_the_ring()
    {
        using var pins = new TestPins();
        using var directory = pins.Open();
        var options = new SocketProgramOptions { Loopback = true };
        ulong events;
        using (var first = SocketProgram.Load(options, directory))
        {
            Skip.IfNot(first.ConnectMissing.Length == 0, first.ConnectMissing);
            Assert.False(first.Adopted);
            events = first.ReadCounters().Events;
        }

        Shell.Run("python3", "-c", Connect);
        using var second = SocketProgram.Load(options, directory);
        Assert.True(second.Adopted);
        Assert.True(second.ReadCounters().Events > events);
        Assert.True(second.Ring.PendingBytes > 0);
    }

    private const string Connect =
        "import socket; s = socket.socket(); s.bind((\"127.0.0.1\", 0)); s.listen(); socket.create_connection(s.getsockname())";

    private static DropTotal[] AssertNoLess(DropTotal[] before, DropTotal[] now)
    {
        Assert.All(
            before.Zip(now),
            pair =>
            {
                Assert.True(pair.Second.Packets >= pair.First.Packets);
                Assert.True(pair.Second.Bytes >= pair.First.Bytes);
                Assert.True(pair.Second.Ordinary >= pair.First.Ordinary);
                Assert.True(pair.Second.Foreign >= pair.First.Foreign);
            }
        );
        return now;
    }

    private static string Send(int count) =>
        $"import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\nfor i in range({count}): s.sendto(b'x', ('192.0.2.1', 4321 + i % 7))";

    /// <summary>Datagrams of the near namespace that were dropped, once there are so many: of which map is a matter of turns.</summary>
    private static long Taken(DropProgram program, Wire wire, long expected)
    {
        var near = uint.Parse(
            Shell.Run("stat", "-Lc", "%i", wire.Near.Path).Trim(),
            CultureInfo.InvariantCulture
        );
        var packets = 0L;
        DropTaker take = (in DropKey key, in DropValue value) =>
            packets +=
                key.Netns == near && key.Flow.Protocol == 17 && IsOurs(in key) ? (long)value.Packets : 0;
        SpinWait.SpinUntil(
            () =>
            {
                program.Take(take);
                return packets >= expected;
            },
            TimeSpan.FromSeconds(30)
        );
        program.Take(take);
        return packets;
    }

    // 192.0.2.1 at both ends.
    private static bool IsOurs(in DropKey key) =>
        key.Flow.Address[0][15] == 1 && key.Flow.Address[0][12] == 192;
}
