namespace NetMon.Core.Flows;

/// <summary>Identity of a flow: a reused tuple has another start.</summary>
public readonly record struct FlowIdentity(
    NetworkAddress Source,
    NetworkAddress Destination,
    ushort SourcePort,
    ushort DestinationPort,
    byte Protocol,
    ulong StartNs
)
{
    /// <summary>
    /// A number that stands for the flow wherever it is named (list, stream, log): the same whichever end is called the
    /// source, and in every process. 64 bits: among a million flows two share a number once in 37 million times.
    /// </summary>
    public ulong Number
    {
        get
        {
            // The ends in a fixed order, because an initiator that was guessed may be corrected later.
            var order = Source.CompareTo(Destination);
            var swap = order > 0 || (order == 0 && SourcePort > DestinationPort);
            var (a, b) = swap ? (Destination, Source) : (Source, Destination);
            var (p, q) = swap ? (DestinationPort, SourcePort) : (SourcePort, DestinationPort);
            var ports = ((ulong)p << 32) | ((ulong)q << 16) | Protocol;

            var hash = Mix(a.High ^ 0xa076_1d64_78bd_642f, a.Low ^ 0xe703_7ed1_a0b4_28db);
            hash = Mix(hash ^ b.High ^ 0x8ebc_6af0_9c88_c6e3, b.Low ^ 0x5899_65cc_7537_4cc3);
            return Mix(hash ^ StartNs, ports ^ 0x1d8e_4e27_c47d_124f);
        }
    }

    // Both halves of the 128-bit product, as in wyhash: every input bit reaches every output bit.
    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }
}
