using System.Buffers.Binary;
using System.Net;
using System.Numerics;

namespace NetMon.Testing.Packets;

/// <summary>Checksums of RFC 1071 (IP, ICMP, TCP, UDP) and CRC32c (SCTP, RFC 9260 appendix A).</summary>
internal static class InternetChecksum
{
    public static ushort Compute(ReadOnlySpan<byte> bytes) => Finish(Sum(bytes));

    /// <summary>Over the pseudo header (RFC 768, RFC 9293 section 3.1, RFC 8200 section 8.1) and <paramref name="segment"/>.</summary>
    public static ushort ComputeWithPseudoHeader(
        IpLayer ip,
        byte protocol,
        ReadOnlySpan<byte> segment,
        int coverage = 0
    )
    {
        var sum = Sum(Address(ip.Source)) + Sum(Address(ip.Destination));
        sum += protocol + (uint)segment.Length;
        sum += Sum(coverage == 0 ? segment : segment[..coverage]);
        return Finish(sum);
    }

    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }

    private static byte[] Address(IPAddress address) => address.GetAddressBytes();

    private static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = 0;
        while (bytes.Length >= 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[2..];
        }

        return bytes.Length == 1 ? sum + ((ulong)bytes[0] << 8) : sum;
    }

    private static ushort Finish(ulong sum)
    {
        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}
