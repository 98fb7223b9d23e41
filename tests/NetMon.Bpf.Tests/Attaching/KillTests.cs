using System.Text.Json;
using NetMon.Bpf.Attaching;

namespace NetMon.Bpf.Tests.Attaching;

public class KillTests
{
    [SkippableFact]
    public void Tcx_links_vanish_with_a_killed_process_and_foreign_ones_stay()
    {
        using var wire = new Wire();
        using var foreign = new ForeignProgram();
        wire.Inside(() =>
        {
            foreign.AttachTcx(wire.Index, Hook.Ingress);
            using var child = new KilledProcess(wire.Near, AttachMethod.Tcx, wire.Index);
            Assert.Contains(child.ProgramId, ProgramIds());
            wire.Ping();
            Assert.True(foreign.Packets >= 10);

            child.Kill();

            // The kernel frees programs after a grace period.
            Netlink.RecordingObserver.Eventually(() =>
                ProgramIds().Contains(child.ProgramId) ? null : "gone"
            );
            Assert.DoesNotContain(child.ProgramId, ProgramIds());
            var before = foreign.Packets;
            wire.Ping();
            Assert.True(foreign.Packets >= before + 10);
        });
    }

    [SkippableTheory]
    [InlineData(AttachMethod.Clsact, false)]
    [InlineData(AttachMethod.Clsact, true)]
    [InlineData(AttachMethod.Tcx, true)]
    public void Filters_of_a_killed_process_are_cleaned_up_and_nothing_else(
        AttachMethod method,
        bool withForeign
    )
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        using var foreign = new ForeignProgram();
        wire.Inside(() =>
        {
            using var child = new KilledProcess(wire.Near, AttachMethod.Clsact, wire.Index);
            if (withForeign)
            {
                foreign.AttachFilter(wire.Near, "nm0", Hook.Ingress, priority: 1);
            }

            using var attacher = counted.Open(method);
            Assert.Equal(0, attacher.CleanUp());
            Assert.Contains("netmon_l2_in", wire.Filters(Hook.Ingress), StringComparison.Ordinal);

            child.Kill();
            Assert.Contains("netmon_l2_in", wire.Filters(Hook.Ingress), StringComparison.Ordinal);
            Assert.Equal(2, attacher.CleanUp());

            Assert.Equal(withForeign, wire.HasClsact);
            Assert.DoesNotContain(
                "netmon_",
                wire.Filters(Hook.Ingress) + wire.Filters(Hook.Egress),
                StringComparison.Ordinal
            );
            var before = foreign.Packets;
            wire.Ping();
            Assert.Equal(withForeign, foreign.Packets >= before + 10);
            Assert.Equal(0, attacher.CleanUp());
        });
    }

    [SkippableFact]
    public void A_qdisc_that_was_there_before_a_killed_process_stays()
    {
        using var wire = new Wire();
        using var counted = new CountedProgram();
        wire.Inside(() =>
        {
            wire.Near.Exec("tc", "qdisc", "add", "dev", "nm0", "clsact");
            using (var child = new KilledProcess(wire.Near, AttachMethod.Clsact, wire.Index))
            {
                child.Kill();
            }

            using var attacher = counted.Open(AttachMethod.Clsact);
            Assert.Equal(2, attacher.CleanUp());
            Assert.True(wire.HasClsact);
        });
    }

    private static HashSet<int> ProgramIds()
    {
        using var programs = JsonDocument.Parse(Shell.Run("bpftool", "-j", "prog", "show"));
        return
        [
            .. programs.RootElement.EnumerateArray().Select(program => program.GetProperty("id").GetInt32()),
        ];
    }
}
