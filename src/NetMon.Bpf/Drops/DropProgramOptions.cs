namespace NetMon.Bpf.Drops;

/// <summary>What the drop program is loaded with; fixed while it is loaded.</summary>
public sealed class DropProgramOptions
{
    /// <summary>Sums (flow, reason, place) that the kernel holds between two calls of <see cref="DropProgram.Take"/>; 2 × 180 bytes each.</summary>
    public int MaxEntries { get; init; } = 8192;

    /// <summary>Reasons that are no loss: they are not looked at. Those from 256 on are always.</summary>
    public IReadOnlyCollection<uint> Ordinary { get; init; } = [];
}
