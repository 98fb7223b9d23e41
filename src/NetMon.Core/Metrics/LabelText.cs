using System.Buffers;
using System.Globalization;
using System.Text;

namespace NetMon.Core.Metrics;

/// <summary>
/// Escaping of label values: backslash, double quote and line feed, the same in Prometheus text and OpenMetrics.
/// </summary>
internal static class LabelText
{
    public const int MaxFormatted = 64;

    /// <summary>Characters of the longest value that is shown as it is: names of Kubernetes have at most 253.</summary>
    public const int MaxLength = 256;

    private const int CutLength = MaxLength - 17;

    private static readonly SearchValues<char> Escaped = SearchValues.Create("\\\"\n");

    /// <summary>
    /// Appends the value in UTF-8; a lone surrogate becomes U+FFFD. Of a value that is too long, the beginning and a hash, so that two
    /// values that differ do not become the same.
    /// </summary>
    public static void Append(IBufferWriter<byte> text, ReadOnlySpan<char> value)
    {
        if (value.Length <= MaxLength)
        {
            AppendEscaped(text, value);
            return;
        }

        Span<char> hash = stackalloc char[17];
        hash[0] = '~';
        Hash(value).TryFormat(hash[1..], out _, "x16", CultureInfo.InvariantCulture);
        AppendEscaped(text, value[..CutLength]);
        AppendEscaped(text, hash);
    }

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

    // FNV-1a, the same in every process, so that a value has one label everywhere (draft-eastlake-fnv).
    private static ulong Hash(ReadOnlySpan<char> value)
    {
        var hash = 14_695_981_039_346_656_037;
        foreach (var c in value)
        {
            hash = (hash ^ c) * 1_099_511_628_211;
        }

        return hash;
    }
}
