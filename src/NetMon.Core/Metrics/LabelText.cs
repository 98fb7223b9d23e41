using System.Buffers;
using System.Text;

namespace NetMon.Core.Metrics;

/// <summary>
/// Escaping of label values: backslash, double quote and line feed, the same in Prometheus text and OpenMetrics.
/// </summary>
internal static class LabelText
{
    public const int MaxFormatted = 64;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\\\"\n");

    /// <summary>Appends the value in UTF-8; a lone surrogate becomes U+FFFD.</summary>
    public static void AppendEscaped(IBufferWriter<byte> text, ReadOnlySpan<char> value)
    {
        while (true)
        {
            var next = value.IndexOfAny(Escaped);
            Encoding.UTF8.GetBytes(next < 0 ? value : value[..next], text);
            if (next < 0)
            {
                return;
            }

            text.Write(
                value[next] switch
                {
                    '\\' => "\\\\"u8,
                    '"' => "\\\""u8,
                    _ => "\\n"u8,
                }
            );
            value = value[(next + 1)..];
        }
    }

    /// <summary>The labels of one series.</summary>
    public static byte[] Format(IReadOnlyList<string> names, ReadOnlySpan<string> values)
    {
        var writer = new LabelWriter(names, new ArrayBufferWriter<byte>());
        foreach (var value in values)
        {
            writer.Add(value);
        }

        return writer.Finish();
    }
}
