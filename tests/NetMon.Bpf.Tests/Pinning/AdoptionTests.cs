using NetMon.Bpf.Attaching;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Tests.Attaching;

namespace NetMon.Bpf.Tests.Pinning;

/// <summary>One process after the other counts the packets of one link, also those that come while there is none.</summary>
public class AdoptionTests
{
    /// <summary>Each of <see cref="Wire.Ping"/>'s requests and answers.</summary>
    private const ulong PingPackets = 20;

    [SkippableTheory]
    [InlineData(AttachMethod.Tcx)]
    [InlineData(AttachMethod.Clsact)]
    public void Packets_are_counted_while_no_process_is_there(AttachMethod method)
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        wire.Inside(() =>
        {
            ulong first;
            uint ring;
            using (var life = new Life(pins, wire, method))
            {
                Assert.False(life.Program.Adopted);
                Assert.False(life.Attachment.Adopted);
                ring = life.Program.RingId;
                wire.Ping();
                first = life.Report(drain: false);
            }

            wire.Ping();
            using var second = new Life(pins, wire, method);
            Assert.True(second.Program.Adopted);
            Assert.True(second.Attachment.Adopted);
            Assert.Equal(ring, second.Program.RingId);
            Assert.Equal(0, second.Removed);
            Assert.Equal(InterfaceKind.Uplink, second.Program.KindOf(wire.Index));
            wire.Ping();

            second.Attachment.Dispose();
            wire.Ping();
            Assert.Equal(3 * PingPackets, first + second.Report(drain: true));
        });
    }

    [SkippableTheory]
    [InlineData(AttachMethod.Tcx, AttachMethod.Clsact)]
    [InlineData(AttachMethod.Clsact, AttachMethod.Tcx)]
    public void Another_way_of_attaching_takes_the_place_of_the_one_before(
        AttachMethod before,
        AttachMethod after
    )
    {
        using var wire = new Wire();
        using var pins = new TestPins();
        wire.Inside(() =>
        {
            new Life(pins, wire, before).Dispose();
            using var second = new Life(pins, wire, after);
            Assert.True(second.Program.Adopted);
            Assert.False(second.Attachment.Adopted);
            wire.Ping();
            second.Attachment.Dispose();
            Assert.Equal(PingPackets, second.Report(drain: true));
            Assert.False(wire.HasClsact);
        });
    }

    [SkippableFact]
    public void One_process_at_a_time_has_the_directory()
    {
        using var pins = new TestPins();
        using (pins.Open())
        {
            Assert.Null(PinDirectory.Open(pins.Directory));
        }

        pins.Open().Dispose();
    }

    [SkippableFact]
    public void Whoever_only_looks_what_is_pinned_keeps_no_process_out()
    {
        using var pins = new TestPins();
        string path;
        using (var opened = pins.Open())
        {
            path = opened.Path;
        }

        var looking = PinDirectory.TryLock(path);
        var opening = Task.Run(pins.Open);
        Assert.False(opening.Wait(TimeSpan.FromMilliseconds(50)));
        Libc.Unlock(looking!);
        using (opening.Result)
        {
            Assert.Null(PinDirectory.TryLock(path));
        }
    }
}
