using System.Text;

namespace NetMon.Kubernetes.Reading;

/// <summary>
/// One string for texts that come again and again: namespaces, nodes, kinds, labels. Bounded, since each text has one slot that it
/// shares with others by hash: a text that is pushed out is merely made anew the next time.
/// </summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class StringPool
{
    // 4,096 references; a cluster has some hundred namespaces, some thousand nodes and label values.
    private const int Slots = 4096;

    /// <summary>Longer texts are made anew each time.</summary>
    private const int MaxLength = 128;

    private readonly string?[] _strings = new string?[Slots];

    /// <exception cref="DecoderFallbackException">It is not UTF-8.</exception>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MaxLength)
        {
            return StrictUtf8.Text(utf8);
        }

        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref _strings[hash.ToHashCode() & (Slots - 1)];
        if (slot is null || !Ascii.Equals(utf8, slot))
        {
            slot = StrictUtf8.Text(utf8);
        }

        return slot;
    }
}
