namespace NetMon.Testing.Packets;

public sealed partial class Packet
{
    /// <summary>
    /// The fragments of this packet's outermost IP datagram, in order, each with at most <paramref name="pieceLength"/> bytes (a multiple of 8)
    /// of the fragmentable part. IPv6: the fragment header stands after hop-by-hop and routing headers (RFC 8200 section 4.5).
    /// </summary>
    public IReadOnlyList<byte[]> Fragment(int pieceLength, uint id)
    {
        if (pieceLength % 8 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(pieceLength), pieceLength, "not a multiple of 8");
        }

        var ipIndex = IndexOfIp();
        var cut = ipIndex + 1;
        while (
            cut < _layers.Length
            && _layers[cut]
                is IPv6ExtensionLayer { Number: IPv6ExtensionLayer.HopByHop or IPv6ExtensionLayer.Routing }
        )
        {
            cut++;
        }

        var rest = Build(cut);
        var protocol = _layers[cut].IpProtocol;
        var fragments = new List<byte[]>();
        for (var offset = 0; offset < rest.Length; offset += pieceLength)
        {
            var piece = rest.AsSpan(offset, Math.Min(pieceLength, rest.Length - offset)).ToArray();
            var more = offset + piece.Length < rest.Length;
            var head = new Packet(_layers[..cut]).AsFragment(ipIndex, offset, more, id);
            fragments.Add(head.With(new RawLayer(piece) { AnnouncedProtocol = protocol }).Build());
        }

        return fragments;
    }

    /// <summary>
    /// What an ICMP error quotes of this packet: its IP header and at most <paramref name="length"/> bytes after it.
    /// </summary>
    public byte[] Quote(int length = 8)
    {
        var ipIndex = IndexOfIp();
        var datagram = Build(ipIndex);
        var header = _layers[ipIndex] is IPv4Layer ? (datagram[0] & 0xf) * 4 : IPv6Layer.HeaderLength;
        return datagram[..Math.Min(datagram.Length, header + length)];
    }

    private Packet AsFragment(int ipIndex, int offset, bool more, uint id) =>
        _layers[ipIndex] is IPv4Layer ip
            ? new Packet(
                _layers.SetItem(
                    ipIndex,
                    ip with
                    {
                        Id = (ushort)id,
                        FragmentOffset = offset,
                        MoreFragments = more,
                    }
                )
            )
            : With(new IPv6FragmentLayer(id) { Offset = offset, MoreFragments = more });

    private int IndexOfIp()
    {
        for (var i = 0; i < _layers.Length; i++)
        {
            if (_layers[i] is IpLayer)
            {
                return i;
            }
        }

        throw new InvalidOperationException("the packet has no IP header");
    }
}
