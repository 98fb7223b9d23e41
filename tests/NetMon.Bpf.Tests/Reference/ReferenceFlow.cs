using System.Net;

namespace NetMon.Bpf.Tests.Reference;

/// <summary>One end of a flow, as text would sort it.</summary>
internal readonly record struct End(IPAddress Address, ushort Port)
{
    public int Order(End other)
    {
        var bytes = Address.MapToIPv6().GetAddressBytes().AsSpan();
        var order = bytes.SequenceCompareTo(other.Address.MapToIPv6().GetAddressBytes());
        return order != 0 ? order : Port.CompareTo(other.Port);
    }

    public override string ToString() =>
        Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? $"[{Address}]:{Port}"
            : $"{Address}:{Port}";
}

/// <summary>A flow without direction: <see cref="A"/> is the smaller end.</summary>
internal readonly record struct FlowName(byte Protocol, End A, End B)
{
    public static FlowName Of(byte protocol, End one, End other) =>
        one.Order(other) <= 0 ? new(protocol, one, other) : new(protocol, other, one);

    public override string ToString() => $"{Protocol} {A} - {B}";
}

/// <summary>What was counted of a flow, by the end that sent it: index 0 is <see cref="FlowName.A"/>.</summary>
internal sealed class Tally
{
    public long[] Packets { get; } = new long[2];
    public long[] Bytes { get; } = new long[2];
    public int[] Flags { get; } = new int[2];

    public bool IsEmpty => Packets is [0, 0] && Bytes is [0, 0];

    public void Add(int end, long packets, long bytes, int flags)
    {
        Packets[end] += packets;
        Bytes[end] += bytes;
        Flags[end] |= flags;
    }

    public override string ToString() =>
        $"{Packets[0]}+{Packets[1]} packets {Bytes[0]}+{Bytes[1]} bytes flags 0x{Flags[0]:x3}/0x{Flags[1]:x3}";
}

/// <summary>Flows by name.</summary>
internal sealed class FlowTally : Dictionary<FlowName, Tally>
{
    /// <summary>Adds what <paramref name="from"/> sent to <paramref name="to"/>.</summary>
    public void Add(byte protocol, End from, End to, long packets, long bytes, int flags = 0)
    {
        var name = FlowName.Of(protocol, from, to);
        if (!TryGetValue(name, out var tally))
        {
            Add(name, tally = new Tally());
        }

        // An end that talks to itself is end 0 both ways, as in the kernel's key.
        tally.Add(name.A == from ? 0 : 1, packets, bytes, flags);
        if (tally.IsEmpty)
        {
            Remove(name);
        }
    }

    /// <summary>One line for each flow that differs, sorted; empty when all are equal.</summary>
    public IReadOnlyList<string> DifferencesFrom(FlowTally truth)
    {
        var lines = new List<string>();
        foreach (var name in Keys.Union(truth.Keys))
        {
            var ours = this.GetValueOrDefault(name)?.ToString() ?? "none";
            var theirs = truth.GetValueOrDefault(name)?.ToString() ?? "none";
            if (!string.Equals(ours, theirs, StringComparison.Ordinal))
            {
                lines.Add($"{name}: {ours}, truth {theirs}");
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }
}
