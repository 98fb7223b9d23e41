using NetMon.Bpf.Attaching;

namespace NetMon.Bpf.Tests.Attaching;

public class AttacherTests
{
    [SkippableTheory]
    [InlineData(AttachMethod.Tcx)]
    [InlineData(AttachMethod.Clsact)]
    public void Both_hooks_see_the_packets_until_the_attachment_is_disposed(AttachMethod method)
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            using var attacher = counted.Open(method);
            Assert.Equal(method, attacher.Method);
            using (var attachment = attacher.Attach(wire.Index, LinkLayer.Ethernet))
            {
                Assert.Equal(wire.Index, attachment.InterfaceIndex);
                Assert.True(attachment.First);
                wire.Ping();
                Assert.True(counted.Runs(Hook.Ingress) >= 10);
                Assert.True(counted.Runs(Hook.Egress) >= 10);
                Assert.Equal(method == AttachMethod.Clsact, wire.HasClsact);
            }

            var before = counted.Runs(Hook.Ingress) + counted.Runs(Hook.Egress);
            wire.Ping();
            Assert.Equal(before, counted.Runs(Hook.Ingress) + counted.Runs(Hook.Egress));
            Assert.False(wire.HasClsact);
        });
    }

    [SkippableFact]
    public void Tcx_is_chosen_where_the_kernel_has_it()
    {
        using var counted = new CountedProgram();
        using var attacher = counted.Open(AttachMethod.Auto);

        // Independent of our probe: the kernel's type information names the attach type.
        var types = Shell.Run("bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux");
        Assert.Equal(
            types.Contains("BPF_TCX_INGRESS") ? AttachMethod.Tcx : AttachMethod.Clsact,
            attacher.Method
        );
    }

    [SkippableTheory]
    [InlineData(AttachMethod.Tcx)]
    [InlineData(AttachMethod.Clsact)]
    public void Foreign_programs_run_before_with_and_after_ours(AttachMethod method)
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        using var tcx = new ForeignProgram();
        using var filter = new ForeignProgram();
        using var later = new ForeignProgram();
        wire.Inside(() =>
        {
            tcx.AttachTcx(wire.Index, Hook.Ingress);
            wire.Near.Exec("tc", "qdisc", "add", "dev", "nm0", "clsact");
            filter.AttachFilter(wire.Near, "nm0", Hook.Ingress, priority: 1);
            AssertAllRun();

            using var attacher = counted.Open(method);
            using (attacher.Attach(wire.Index, LinkLayer.Ethernet))
            {
                later.AttachFilter(wire.Near, "nm0", Hook.Egress, priority: 1);
                AssertAllRun();
                Assert.True(later.Packets >= 10);
                Assert.True(counted.Runs(Hook.Ingress) >= 10);
                Assert.True(counted.Runs(Hook.Egress) >= 10);
            }

            AssertAllRun();
            Assert.True(later.Packets >= 20);
            Assert.DoesNotContain("netmon_", AllFilters(wire));
            Assert.True(wire.HasClsact);
        });

        void AssertAllRun()
        {
            var (links, filters) = (tcx.Packets, filter.Packets);
            wire.Ping();
            Assert.True(tcx.Packets >= links + 10);
            Assert.True(filter.Packets >= filters + 10);
        }
    }

    [SkippableTheory]
    [InlineData(AttachMethod.Tcx)]
    [InlineData(AttachMethod.Clsact)]
    public void Packets_that_a_foreign_program_drops_are_seen_first(AttachMethod method)
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        using var dropper = new ForeignProgram(dropping: true);
        wire.Inside(() =>
        {
            wire.Ping();
            if (method == AttachMethod.Tcx)
            {
                dropper.AttachTcx(wire.Index, Hook.Ingress);
            }
            else
            {
                wire.Near.Exec("tc", "qdisc", "add", "dev", "nm0", "clsact");
                dropper.AttachFilter(wire.Near, "nm0", Hook.Ingress, priority: 1);
            }

            using var attacher = counted.Open(method);
            using var attachment = attacher.Attach(wire.Index, LinkLayer.Ethernet);
            Assert.True(attachment.First);
            var before = dropper.Packets;
            wire.PingFromFar();
            var dropped = dropper.Packets - before;
            Assert.True(dropped >= 10);
            Assert.True(counted.Runs(Hook.Ingress) >= dropped);
        });
    }

    [SkippableTheory]
    [InlineData(AttachMethod.Tcx)]
    [InlineData(AttachMethod.Clsact)]
    public void An_interface_that_vanished_can_be_detached_and_not_attached(AttachMethod method)
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            using var attacher = counted.Open(method);
            using (attacher.Attach(wire.Index, LinkLayer.Ethernet))
            {
                wire.Near.Ip("link del nm0");
            }

            var error = Assert.Throws<BpfException>(() => attacher.Attach(wire.Index, LinkLayer.Ethernet));
            Assert.True(error.IsGone);
            Assert.Equal(0, attacher.CleanUp());
        });
    }

    [SkippableTheory]
    [InlineData(AttachMethod.Tcx)]
    [InlineData(AttachMethod.Clsact)]
    public void A_link_layer_without_programs_is_refused(AttachMethod method)
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            using var attacher = counted.Open(method);
            Assert.Throws<ArgumentException>(() => attacher.Attach(wire.Index, LinkLayer.Unsupported));
            Assert.False(wire.HasClsact);
        });
    }

    [SkippableFact]
    public void A_tcx_link_that_fails_at_one_hook_leaves_none_at_the_other()
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            using var first = counted.Open(AttachMethod.Tcx);
            using var attached = first.Attach(wire.Index, LinkLayer.Ethernet);

            // The kernel refuses a program that is at the hook already.
            using var second = counted.Open(AttachMethod.Tcx);
            Assert.Throws<BpfException>(() => second.Attach(wire.Index, LinkLayer.Ethernet));
            attached.Dispose();
            using var third = second.Attach(wire.Index, LinkLayer.Ethernet);
        });
    }

    private static string AllFilters(Wire wire) => wire.Filters(Hook.Ingress) + wire.Filters(Hook.Egress);
}
