using NetMon.Bpf.Attaching;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Tests.Attaching;

namespace NetMon.Bpf.Tests.Pinning;

/// <summary>What processes left is removed, all of it and nothing else.</summary>
public class LeftoverTests
{
    [SkippableTheory]
    [InlineData(AttachMethod.Tcx)]
    [InlineData(AttachMethod.Clsact)]
    public void All_of_ours_is_removed_and_a_foreign_program_beside_it_stays(AttachMethod method)
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        using var foreign = new ForeignProgram();
        wire.Inside(() =>
        {
            wire.Near.Exec("tc", "qdisc", "add", "dev", "nm0", "clsact");
            new Life(pins, wire, method).Dispose();
            foreign.AttachTcx(wire.Index, Hook.Ingress);
            foreign.AttachFilter(wire.Near, "nm0", Hook.Egress, priority: 9);

            var listed = Leftovers.Take(pins.Directory, remove: false);
            var removed = Leftovers.Take(pins.Directory, remove: true);

            string[] kinds = [method == AttachMethod.Tcx ? "link" : "filter"];
            foreach (var found in (IReadOnlyList<Leftover>[])[listed, removed])
            {
                Assert.Equal(
                    [Hook.Ingress, Hook.Egress],
                    found.Where(each => each.InterfaceIndex == wire.Index).Select(each => each.Hook).Order()
                );
                Assert.All(
                    found.Where(each => each.InterfaceIndex == wire.Index),
                    each => Assert.Contains(each.Kind, kinds)
                );
            }

            Assert.False(Directory.Exists(pins.Directory));
            Assert.DoesNotContain("netmon", wire.Filters(Hook.Ingress) + wire.Filters(Hook.Egress));
            Assert.Contains("foreign", wire.Filters(Hook.Egress), StringComparison.Ordinal);
            var before = foreign.Packets;
            wire.Ping();
            Assert.True(foreign.Packets >= before + 20);
            Assert.Empty(Leftovers.Take(pins.Directory, remove: true));
        });
    }

    [SkippableFact]
    public void What_a_living_process_has_stays()
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        wire.Inside(() =>
        {
            using var life = new Life(pins, wire, AttachMethod.Tcx);
            Assert.Single(Leftovers.FindHeld(pins.Directory));
            Assert.Empty(Leftovers.Take(pins.Directory, remove: true));
            wire.Ping();
            life.Attachment.Dispose();
            Assert.Equal(20ul, life.Report(drain: true));
        });
    }

    [SkippableFact]
    public void Pins_that_cannot_be_used_are_said_to_be_so()
    {
        using var pins = new TestPins();
        var elsewhere = Assert.Throws<BpfException>(() => PinDirectory.Open("/tmp/nm-no-bpf"));
        Assert.Contains("no BPF file system", elsewhere.Message, StringComparison.Ordinal);

        Directory.CreateDirectory(pins.Directory);
        File.SetUnixFileMode(pins.Directory, UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        var open = Assert.Throws<BpfException>(() => PinDirectory.Open(pins.Directory));
        Assert.Contains("others may write to it", open.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_generation_that_is_not_whole_is_read_as_far_as_it_goes_and_removed()
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        wire.Inside(() =>
        {
            using (new Life(pins, wire, AttachMethod.Tcx))
            {
                wire.Ping();
            }

            File.Delete(
                Path.Combine(Assert.Single(Directory.GetDirectories(pins.Directory)), "flows/1/overflow")
            );
            using var second = new Life(pins, wire, AttachMethod.Tcx);
            Assert.False(second.Program.Adopted);
            second.Migrate();
            second.Attachment.Dispose();
            Assert.Equal(20ul, second.Report(drain: true));
            Assert.DoesNotContain(pins.Names, name => name.StartsWith("flows/1/", StringComparison.Ordinal));
        });
    }
}
