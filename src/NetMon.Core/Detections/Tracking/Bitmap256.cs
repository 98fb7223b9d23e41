using System.Numerics;
using System.Runtime.CompilerServices;

namespace NetMon.Core.Detections.Tracking;

/// <summary>Which of 256 places were hit: counts distinct things in 32 bytes.</summary>
/// <remarks>
/// Linear counting (Whang et al., 1990): of m = 256 bits with z still empty, m ln(m / z) things were added. With 20 things the error is
/// below one, with 100 some four. Things never count twice, so it cannot take repetition for many.
/// </remarks>
internal struct Bitmap256
{
    private const int Bits = 256;

    private Words _words;

    /// <returns>Whether the thing was not there, as far as can be told.</returns>
    public bool Add(ulong hash)
    {
        ref var word = ref _words[(int)(hash >> 6) & 3];
        var bit = 1ul << (int)(hash & 63);
        var isNew = (word & bit) == 0;
        word |= bit;
        return isNew;
    }

    public readonly bool Contains(ulong hash) =>
        (_words[(int)(hash >> 6) & 3] & (1ul << (int)(hash & 63))) != 0;

    /// <summary>Takes the thing away, and what shares its place: the count may come out too small, never too large.</summary>
    public void Remove(ulong hash) => _words[(int)(hash >> 6) & 3] &= ~(1ul << (int)(hash & 63));

    public void Clear() => _words = default;

    /// <summary>Share of places that were hit.</summary>
    public readonly double Fill => BitCount() / (double)Bits;

    /// <summary>Distinct things in either; where nearly every place was hit, too few.</summary>
    public static int Estimate(in Bitmap256 left, in Bitmap256 right)
    {
        var union = Union(in left, in right);
        var empty = Math.Max(1, Bits - union.BitCount());
        return (int)(Bits * Math.Log((double)Bits / empty));
    }

    public static Bitmap256 Union(in Bitmap256 left, in Bitmap256 right)
    {
        Bitmap256 union = default;
        for (var i = 0; i < 4; i++)
        {
            union._words[i] = left._words[i] | right._words[i];
        }

        return union;
    }

    private readonly int BitCount()
    {
        var count = 0;
        for (var i = 0; i < 4; i++)
        {
            count += BitOperations.PopCount(_words[i]);
        }

        return count;
    }

    [InlineArray(4)]
    private struct Words
    {
        private ulong _first;
    }
}
