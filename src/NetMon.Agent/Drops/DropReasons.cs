using System.Collections.Concurrent;
using System.Globalization;
using NetMon.Bpf.Records;
using NetMon.Core.Drops;

namespace NetMon.Agent.Drops;

/// <summary>The running kernel's reasons, by number. From any thread.</summary>
internal sealed class DropReasons
{
    /// <summary>Reasons that the kernel's type information did not name, and which are remembered all the same.</summary>
    private const int MaxUnknown = 256;

    private readonly ConcurrentDictionary<uint, DropReason> _reasons;
    private readonly int _known;

    /// <param name="names">As <see cref="Bpf.Drops.DropReasonNames.Read"/> gives them; empty where the kernel has no reasons.</param>
    public DropReasons(IReadOnlyDictionary<uint, string> names)
    {
        _reasons = new(
            names.Select(name => new KeyValuePair<uint, DropReason>(name.Key, DropReason.Find(name.Value)))
        );
        _known = names.Count;
        HasReasons = names.Count > 0;
    }

    public bool HasReasons { get; }

    /// <summary>Numbers of those that are no loss; 0 is none where the kernel has no reasons.</summary>
    public IReadOnlyCollection<uint> Ordinary =>
        [.. _reasons.Where(one => one.Value.Class == DropClass.Ordinary).Select(one => one.Key)];

    /// <summary>One that has no name is <c>reason-N</c>.</summary>
    public DropReason Find(uint number)
    {
        if (_reasons.TryGetValue(number, out var reason))
        {
            return reason;
        }

        reason = HasReasons
            ? DropReason.Find(string.Create(CultureInfo.InvariantCulture, $"reason-{number}"))
            : DropReason.Find(DropReason.NotSpecified);
        return _reasons.Count - _known < MaxUnknown ? _reasons.GetOrAdd(number, reason) : reason;
    }

    /// <summary>The reason, or sub-system, that a total is of (<see cref="DropTotal.IndexOf"/>).</summary>
    public string NameOfTotal(int index) =>
        index < DropTotal.Reasons
            ? Find((uint)index).Name
            : string.Create(CultureInfo.InvariantCulture, $"subsystem-{index - DropTotal.Reasons}");
}
