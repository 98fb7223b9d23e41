using System.Globalization;

namespace NetMon.Core.Flows;

/// <summary>Texts in a flow's JSON, as UTF-8 into a caller's buffer of <see cref="MaxLength"/>.</summary>
public static class FlowJsonText
{
    public const int MaxLength = 64;

    // In the order in which a connection usually shows them.
    private static readonly (ushort Bit, byte[] Name)[] TcpFlags =
    [
        (0x02, "SYN"u8.ToArray()),
        (0x10, "ACK"u8.ToArray()),
        (0x08, "PSH"u8.ToArray()),
        (0x20, "URG"u8.ToArray()),
        (0x01, "FIN"u8.ToArray()),
        (0x04, "RST"u8.ToArray()),
        (0x40, "ECE"u8.ToArray()),
        (0x80, "CWR"u8.ToArray()),
        (0x100, "AE"u8.ToArray()),
    ];

    /// <summary>Names of the flags that are set, separated by commas (RFC 9293 section 3.1, RFC 9768 for AE).</summary>
    public static int WriteTcpFlags(Span<byte> text, ushort flags)
    {
        var length = 0;
        foreach (var (bit, name) in TcpFlags)
        {
            if ((flags & bit) == 0)
            {
                continue;
            }

            if (length > 0)
            {
                text[length++] = (byte)',';
            }

            name.CopyTo(text[length..]);
            length += name.Length;
        }

        return length;
    }

    /// <summary>RFC 3339, UTC, microseconds.</summary>
    public static int WriteTime(Span<byte> text, long unixNs)
    {
        var time = DateTime.UnixEpoch.AddTicks(unixNs / TimeSpan.NanosecondsPerTick);
        time.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        return length;
    }
}
