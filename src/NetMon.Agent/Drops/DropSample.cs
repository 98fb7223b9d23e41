using NetMon.Bpf.Records;

namespace NetMon.Agent.Drops;

/// <summary>A sum as it left the kernel.</summary>
internal struct DropSample
{
    public DropKey Key;
    public DropValue Value;
}
