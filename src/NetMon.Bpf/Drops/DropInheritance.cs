using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Drops;

/// <summary>What drop programs of another build or with other settings had gathered: goes to the one that takes their place.</summary>
internal sealed class DropInheritance : IDisposable
{
    private readonly List<ObjectPredecessor> _predecessors;

    /// <param name="own">Of the programs that come.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public DropInheritance(ObjectPins own) => _predecessors = own.OpenOthers();

    /// <summary>Drops that they had missed.</summary>
    public ulong Missed { get; private set; }

    /// <summary>Sums that nobody took.</summary>
    public List<(DropKey Key, DropValue Value)> Sums { get; private set; } = [];

    /// <summary>Ends them, and puts their totals into the maps of an object that is attached to nothing yet.</summary>
    /// <param name="bpfObject">Loaded. If it is given up, another one may follow.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void GiveTo(BpfObject bpfObject)
    {
        (Missed, Sums) = (0, []);
        using var totals = bpfObject.TakeMap("drop_totals");
        using var activity = bpfObject.TakeMap("drop_activity");
        foreach (var predecessor in _predecessors)
        {
            predecessor.Detach();
            Missed += predecessor.Programs.Aggregate(0ul, (sum, program) => sum + program.ReadMissed());
            if (
                predecessor.Map(DropProgram.MissedPin) is { } missed
                && missed.TryLookup(0u, out ulong before)
            )
            {
                Missed += before;
            }

            if (
                predecessor.Map("drop_totals") is { } old
                && predecessor.TranslationTo(bpfObject, "drop_total") is { } translation
            )
            {
                ObjectPredecessor.Add(old, translation, totals);
            }

            ReadSums(predecessor, bpfObject);
        }

        if (Sums.Count > 0)
        {
            // There is something to take.
            var perCpu = new ulong[Libbpf.libbpf_num_possible_cpus()];
            perCpu[0] = (ulong)Sums.Count;
            activity.UpdateBytes(0, MemoryMarshal.AsBytes(perCpu.AsSpan()));
        }
    }

    public void Dispose() => _predecessors.ForEach(each => each.Dispose());

    private void ReadSums(ObjectPredecessor predecessor, BpfObject bpfObject)
    {
        if (
            predecessor.TranslationTo(bpfObject, "drop_key") is not { } keys
            || predecessor.TranslationTo(bpfObject, "drop_value") is not { } values
            || keys.ToSize != Unsafe.SizeOf<DropKey>()
            || values.ToSize != Unsafe.SizeOf<DropValue>()
        )
        {
            return;
        }

        foreach (var name in (string[])["drops_a", "drops_b"])
        {
            foreach (var (rawKey, rawValue) in predecessor.Map(name)?.ReadEntries() ?? [])
            {
                var key = default(DropKey);
                var value = default(DropValue);
                keys.Apply(rawKey, MemoryMarshal.AsBytes(new Span<DropKey>(ref key)));
                values.Apply(rawValue, MemoryMarshal.AsBytes(new Span<DropValue>(ref value)));
                Sums.Add((key, value));
            }
        }
    }
}
