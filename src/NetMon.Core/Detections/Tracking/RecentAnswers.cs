using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Tracking;

/// <summary>Remembers who answered, anybody, in the last hour or two: asking there again in vain is an outage, not a search.</summary>
/// <remarks>
/// Two Bloom filters of 2^20 bits with four places a thing, the younger of which takes the older's place each hour: 256 KiB. Somebody who answered is always
/// found; of 100,000 things, one in a hundred others is taken for one of them, and what it refuses is then not held against who asked.
/// </remarks>
internal sealed class RecentAnswers
{
    private const int Bits = 1 << 20;
    private const ulong HourNs = 3_600_000_000_000;

    private ulong[] _now = new ulong[Bits / 64];
    private ulong[] _before = new ulong[Bits / 64];
    private ulong _turnNs;

    public void Add(in NetworkAddress address, ushort port, byte protocol, ulong nowNs)
    {
        if (nowNs >= _turnNs + HourNs)
        {
            (_now, _before) = (_before, _now);
            Array.Clear(_now);
            _turnNs = nowNs;
        }

        var hash = TrackHash.Of(in address, ((ulong)protocol << 16) | port);
        for (var i = 0; i < 4; i++)
        {
            var bit = Place(hash, i);
            _now[bit >> 6] |= 1ul << (bit & 63);
        }
    }

    public bool Contains(in NetworkAddress address, ushort port, byte protocol)
    {
        var hash = TrackHash.Of(in address, ((ulong)protocol << 16) | port);
        return Contains(_now, hash) || Contains(_before, hash);
    }

    private static bool Contains(ulong[] words, ulong hash)
    {
        for (var i = 0; i < 4; i++)
        {
            var bit = Place(hash, i);
            if ((words[bit >> 6] & (1ul << (bit & 63))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    // Kirsch and Mitzenmacher, 2006: two hashes make any number.
    private static int Place(ulong hash, int index) =>
        (int)(((uint)hash + ((uint)index * ((uint)(hash >> 32) | 1))) & (Bits - 1));
}
