using NetMon.Bpf.Drops;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Drops;

/// <summary>Where drops come from: the kernel, or a test. Used by the reader's thread; totals by any.</summary>
internal interface IDropSource
{
    /// <summary>Grows when there is something to take.</summary>
    ulong ReadActivity();

    /// <summary>Takes all sums that have gathered.</summary>
    void Take(DropTaker take);

    /// <summary>From here on, what is freed at this place for this reason is no loss.</summary>
    void SetOrdinary(ulong location, uint reason);

    /// <summary>Since the start, by <see cref="DropTotal.IndexOf"/>. From any thread.</summary>
    DropTotal[] ReadTotals();

    /// <summary>Drops that the program missed. From any thread.</summary>
    ulong ReadMissed();
}

/// <summary>The drops of the kernel program.</summary>
internal sealed class KernelDropSource(DropProgram program) : IDropSource
{
    public ulong ReadActivity() => program.ReadActivity();

    public void Take(DropTaker take) => program.Take(take);

    public void SetOrdinary(ulong location, uint reason) => program.SetOrdinary(location, reason);

    public DropTotal[] ReadTotals() => program.ReadTotals();

    public ulong ReadMissed() => program.ReadMissed();
}
