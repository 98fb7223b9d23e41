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
        Mix(Mix(address.High ^ Secret0, address.Low ^ Secret1) ^ more, Secret1);

    public static ulong Of(in NetworkAddress left, in NetworkAddress right) => Of(in left, Of(in right, 0));

    public static ulong Of(ulong number) => Mix(Mix(number ^ Secret0, Secret1) ^ Secret0, Secret1);

    private static ulong NewSecret() => MemoryMarshal.Read<ulong>(Guid.NewGuid().ToByteArray().AsSpan(8)) | 1;

    private static ulong Mix(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
