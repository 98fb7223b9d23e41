using System.Runtime.InteropServices;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Flows;

/// <summary>Hashes a flow's tuple with a key of its own per process, so that no sender can choose tuples that collide.</summary>
/// <remarks>
/// The mixing step is that of wyhash (Wang Yi, public domain): multiply to 128 bits, fold. One more step follows the last word: a single one
/// leaves ports that follow each other a fixed distance apart, which with some secrets puts hundreds of a client's flows into a few places.
/// </remarks>
internal static class FlowHash
{
    private static readonly ulong Secret0 = NewSecret();
    private static readonly ulong Secret1 = NewSecret();

    /// <summary>Without the start: flows that used a tuple one after the other share a hash, so that the latest can be found by the tuple.</summary>
    public static ulong Of(in FlowKey key) => Of(in key, Secret0, Secret1);

    public static ulong Of(ulong a, ulong b, ulong c) => Of(a, b, c, Secret0, Secret1);

    internal static ulong Of(in FlowKey key, ulong secret0, ulong secret1)
    {
        var words = MemoryMarshal.Cast<FlowKey, ulong>(new ReadOnlySpan<FlowKey>(in key));
        var hash = Mix(words[0] ^ secret0, words[1] ^ secret1);
        hash = Mix(words[2] ^ hash, words[3] ^ secret0);
        return Mix(Mix(words[4] ^ hash, secret1) ^ secret0, secret1);
    }

    internal static ulong Of(ulong a, ulong b, ulong c, ulong secret0, ulong secret1) =>
        Mix(Mix(Mix(a ^ secret0, b ^ secret1) ^ c, secret0) ^ secret1, secret0);

    // The random bits of a GUID (RFC 9562, version 4) are the kernel's; RandomNumberGenerator would bring OpenSSL: 4 MB, 20 ms.
    private static ulong NewSecret() => MemoryMarshal.Read<ulong>(Guid.NewGuid().ToByteArray().AsSpan(8)) | 1;

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
