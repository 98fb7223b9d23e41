using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;

namespace NetMon.Bpf.Tests.Attaching;

/// <summary>A program that is not ours, attached as others do it.</summary>
internal sealed class ForeignProgram : IDisposable
{
    private readonly BpfProgram _program;
    private readonly BpfMap _packets;
    private readonly List<FileDescriptor> _links = [];

    public ForeignProgram(bool dropping = false)
    {
        using var foreign = BpfObject.Open(
            File.ReadAllBytes(TestObjects.Compile("Attaching/foreign.bpf.c")),
            "foreign"u8
        );
        foreign.SetVariable(".rodata", "dropping", dropping ? 1ul : 0ul);
        foreign.Load();
        _program = foreign.TakeProgram("foreign");
        _packets = foreign.TakeMap("packets");
    }

    /// <summary>Packets that reached it.</summary>
    public ulong Packets =>
        _packets.TryLookup(0u, out ulong packets)
            ? packets
            : throw new InvalidOperationException("the map has no entry");

    /// <summary>At the end of the line, in the calling thread's namespace.</summary>
    public void AttachTcx(int ifindex, Hook hook)
    {
        var link = BpfLink.CreateTcx(_program.Descriptor, ifindex, hook, 0);
        Assert.True(link >= 0, $"errno {-link}");
        _links.Add(new FileDescriptor(link));
    }

    /// <summary>With tc(8).</summary>
    public void AttachFilter(TestNamespace ns, string device, Hook hook, int priority)
    {
        var pin = $"/sys/fs/bpf/nm-bpf-{Guid.NewGuid():n}";
        var id = _program.ReadStatistics().Id.ToString();
        Shell.Run("bpftool", "prog", "pin", "id", id, pin);
        try
        {
            ns.Exec([
                .. $"tc filter add dev {device} {hook} prio {priority} bpf da object-pinned {pin}"
                    .ToLowerInvariant()
                    .Split(' '),
            ]);
        }
        finally
        {
            File.Delete(pin);
        }
    }

    public void Dispose()
    {
        _links.ForEach(link => link.Dispose());
        _program.Dispose();
        _packets.Dispose();
    }
}
