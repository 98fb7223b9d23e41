using NetMon.Agent.Drops;
using NetMon.Bpf;
using NetMon.Bpf.Drops;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Tests.Drops;

/// <summary>Stands in for the kernel: sums that a test made.</summary>
internal sealed class ScriptedDrops : IDropSource
{
    private readonly List<DropSample> _samples = [];
    private ulong _activity;

    public List<(ulong Location, uint Reason)> Ordinary { get; } = [];

    public DropTotal[] Totals { get; } = new DropTotal[DropTotal.Count];

    /// <summary>The kernel refuses: to give more than it gave, and to know one more place.</summary>
    public bool Refuses { get; set; }

    public void Add(DropSample sample)
    {
        _samples.Add(sample);
        _activity++;
        ref var total = ref Totals[DropTotal.IndexOf(sample.Key.Reason)];
        total.Packets += sample.Value.Packets;
        total.Bytes += sample.Value.Bytes;
    }

    public ulong ReadActivity() => _activity;

    public void Take(DropTaker take)
    {
        foreach (var sample in _samples)
        {
            take(in sample.Key, in sample.Value);
        }

        _samples.Clear();
        Refuse();
    }

    public void SetOrdinary(ulong location, uint reason)
    {
        Refuse();
        Ordinary.Add((location, reason));
    }

    public DropTotal[] ReadTotals() => Totals;

    public ulong ReadMissed() => 3;

    private void Refuse()
    {
        if (Refuses)
        {
            throw new BpfException("a test", 7, "");
        }
    }
}
