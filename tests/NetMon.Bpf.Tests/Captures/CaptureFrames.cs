using NetMon.Bpf.Tests.Reference;
using NetMon.Lab.Captures;
using NetMon.Testing.Captures;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>A captured packet as a device would hand it to a program.</summary>
/// <param name="Number">tshark's frame.number.</param>
/// <param name="Link">Which pair of programs.</param>
internal readonly record struct CaptureFrame(int Number, LinkLayer Link, byte[] Bytes)
{
    public ReferencePacket Read(ReferenceReader reader) =>
        Link == LinkLayer.Ethernet ? reader.ReadEthernet(Bytes) : reader.ReadBare(Bytes);
}

internal static class CaptureFrames
{
    /// <summary>
    /// The frames of a capture in order, but for those whose link header says that they are not IP and that only a cooked capture has:
    /// their number is <paramref name="others"/>. What a capture cut off is filled up with zeros, since a device has whole packets.
    /// </summary>
    public static List<CaptureFrame> Of(IEnumerable<CapturedPacket> packets, out int others)
    {
        var frames = new List<CaptureFrame>();
        others = 0;
        foreach (var packet in packets)
        {
            var frame = LinkFrame.Of(packet);
            if (frame.Kind == LinkFrameKind.Other)
            {
                others++;
                continue;
            }

            var bytes = new byte[frame.Data.Length + frame.Missing];
            frame.Data.CopyTo(bytes);
            var link = frame.Kind == LinkFrameKind.Ethernet ? LinkLayer.Ethernet : LinkLayer.None;
            frames.Add(new(packet.Number, link, bytes));
        }

        return frames;
    }
}
