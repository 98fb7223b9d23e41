using NetMon.Bpf.Attaching;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.Attaching;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Pinning;

/// <summary>Programs of one layout take the place of those of another, and what these had counted is read by the names of fields.</summary>
public class MigrationTests
{
    private const ulong PingPackets = 20;

    private static readonly Lazy<byte[]> Variant = new(() =>
        TestObjects.CompileVariant(
            "netmon.h",
            (
                """
                struct flow_traffic {
                	__u64 packets[2];
                """,
                """
                struct flow_traffic {
                	__u64 news;
                	__u64 packets[2];
                """
            ),
            ("\t__u64 arp;\n", "\t__u64 first_of_all;\n\t__u64 arp;\n"),
            (
                "\tstruct flow_traffic traffic;\n\tstruct flow_state state;\n\tstruct flow_events events;",
                "\tstruct flow_events events;\n\tstruct flow_traffic traffic;\n\tstruct flow_state state;"
            )
        )
    );

    [SkippableTheory]
    [InlineData(AttachMethod.Tcx)]
    [InlineData(AttachMethod.Clsact)]
    public void Packets_are_counted_across_a_change_of_layout(AttachMethod method)
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        wire.Inside(() =>
        {
            using (new Life(pins, wire, method, image: Variant.Value))
            {
                wire.Ping();
            }

            wire.Ping();
            using var second = new Life(pins, wire, method);
            Assert.False(second.Program.Adopted);
            Assert.True(second.Attachment.Adopted);
            Assert.Equal(["traffic.news"], Assert.Single(second.Program.Predecessors).LostFields);
            wire.Ping();
            var arp = second.Program.ReadCounters().Arp;
            Assert.True(arp > 0);

            second.Migrate();
            Assert.Empty(second.Program.Predecessors);
            Assert.True(second.Program.ReadCounters().Arp >= arp);
            Assert.All(
                pins.Names,
                name => Assert.False(name.StartsWith("flows/1/", StringComparison.Ordinal))
            );

            second.Attachment.Dispose();
            Assert.Equal(3 * PingPackets, second.Report(drain: true));
        });
    }

    [SkippableFact]
    public void What_an_upgrade_left_undone_is_done_after_the_roll_back()
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        wire.Inside(() =>
        {
            using (new Life(pins, wire, AttachMethod.Tcx))
            {
                wire.Ping();
            }

            using (var upgrade = new Life(pins, wire, AttachMethod.Tcx, image: Variant.Value))
            {
                wire.Ping();
                Assert.Single(upgrade.Program.Predecessors);
            }

            wire.Ping();
            using var back = new Life(pins, wire, AttachMethod.Tcx);
            Assert.Equal(2, back.Program.Predecessors.Count);
            wire.Ping();
            back.Migrate();
            back.Attachment.Dispose();
            Assert.Equal(4 * PingPackets, back.Report(drain: true));
        });
    }

    private static readonly Lazy<byte[]> Deleting = new(() =>
        TestObjects.CompileVariant("lib/sweep.h", ("if (!everything && TO_MS", "if (TO_MS"))
    );

    /// <summary>A walk that goes on after a read leaves out an entry for each that is gone of those before it.</summary>
    [SkippableFact]
    public void All_is_read_of_programs_whose_drain_deletes_what_it_comes_by()
    {
        const int Flows = 4000;
        using var pins = new TestPins();
        using var directory = pins.Open();
        var options = new FlowProgramOptions { MaxFlows = 4096, DeleteAfter = TimeSpan.FromMilliseconds(50) };
        using (var before = FlowProgram.Load(options, directory, Deleting.Value))
        {
            Feed(before, step: 1);
            using (var drain = before.OpenDrain())
            {
                var ended = new FlowRecord[64];
                while (drain.Read(ended) > 0) { }
            }

            Thread.Sleep(200);
            Feed(before, step: 2);
        }

        using var now = FlowProgram.Load(
            new FlowProgramOptions { MaxFlows = 8192 },
            directory,
            FlowProgram.ReadResource()
        );
        var predecessor = Assert.Single(now.Predecessors);
        Assert.Equal(Flows + (2 * (Flows / 2)), Read(predecessor));
        now.Complete(predecessor);

        static void Feed(FlowProgram program, int step)
        {
            for (var i = 0; i < Flows; i += step)
            {
                var packet = Packet
                    .Ethernet()
                    .IPv4("10.0.0.1", "10.0.0.2")
                    .Udp((ushort)(1000 + i), 53)
                    .Build();
                program.TestRun(LinkLayer.Ethernet, Hook.Ingress, packet, new() { Repeat = step });
            }
        }

        static long Read(FlowPredecessor predecessor)
        {
            var (packets, record, position) = (0ul, new FlowRecord[1], new ulong[1]);
            while (predecessor.PeekRing(record, position) > 0)
            {
                packets += record[0].Traffic.Packets[0] + record[0].Traffic.Packets[1];
                predecessor.SkipRing(position[0]);
            }

            var room = new byte[predecessor.Layout!.RecordBytes];
            while (predecessor.ReadMap(room) > 0)
            {
                record[0] = predecessor.Layout.TranslateDrained(room);
                packets += record[0].Traffic.Packets[0] + record[0].Traffic.Packets[1];
            }

            return (long)packets;
        }
    }

    [SkippableFact]
    public void Maps_of_another_size_take_the_place_of_those_before()
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        wire.Inside(() =>
        {
            using (new Life(pins, wire, AttachMethod.Tcx))
            {
                wire.Ping();
            }

            var larger = new FlowProgramOptions { MaxFlows = 2048, RingBytes = 128 * 1024 };
            using var second = new Life(pins, wire, AttachMethod.Tcx, larger);
            Assert.False(second.Program.Adopted);
            wire.Ping();
            second.Migrate();
            second.Attachment.Dispose();
            Assert.Equal(2 * PingPackets, second.Report(drain: true));
        });
    }
}
