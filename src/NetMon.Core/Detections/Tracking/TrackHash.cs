using System.Runtime.InteropServices;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Tracking;

/// <summary>Hashes with a key of its own per process, so that no sender can choose what collides.</summary>
/// <remarks>The mixing step is that of wyhash (Wang Yi, public domain): multiply to 128 bits, fold.</remarks>
internal static class TrackHash
{
    private static readonly ulong Secret0 = NewSecret();
    private static readonly ulong Secret1 = NewSecret();

    public static ulong Of(in NetworkAddress address, ulong more) =>
        Spread(Mix(Mix(address.High ^ Secret0, address.Low ^ Secret1) ^ more, Secret1));

    public static ulong Of(in NetworkAddress left, in NetworkAddress right) => Of(in left, Of(in right, 0));

    public static ulong Of(ulong number) => Spread(Mix(Mix(number ^ Secret0, Secret1) ^ Secret0, Secret1));

    private static ulong NewSecret() => MemoryMarshal.Read<ulong>(Guid.NewGuid().ToByteArray().AsSpan(8)) | 1;

    // Neighbouring numbers times one key lie on a lattice, which counting by single bits would see (splitmix64's last steps).
    private static ulong Spread(ulong hash)
    {
        hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9;
        hash = (hash ^ (hash >> 27)) * 0x94d049bb133111eb;
        return hash ^ (hash >> 31);
    }

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
