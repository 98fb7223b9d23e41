using System.Buffers;
using System.Globalization;
using System.Text;

namespace NetMon.Core.Metrics;

/// <summary>Writes families as text straight into a buffer writer's memory.</summary>
/// <remarks>
/// Prometheus text 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/.
/// OpenMetrics 1.0.0: https://github.com/prometheus/OpenMetrics, section "Text format".
/// </remarks>
internal ref struct ExpositionWriter
{
    // A line takes its labels and less than this beside them: name, suffix, braces, number.
    private const int MaxNumberLength = 32;
    private const int BlockLength = 16 * 1024;

    private readonly IBufferWriter<byte> _output;
    private Span<byte> _block;
    private int _length;
    private ReadOnlySpan<byte> _name;

    public ExpositionWriter(IBufferWriter<byte> output, ExpositionFormat format)
    {
        _output = output;
        Format = format;
    }

    public ExpositionFormat Format { get; }

    /// <summary>
    /// The label <c>name="number"</c>. OpenMetrics writes whole numbers with <c>.0</c>; the older format without.
    /// </summary>
    public static byte[] NumberLabel(string name, double number, ExpositionFormat format)
    {
        var text = double.IsPositiveInfinity(number) ? "+Inf" : number.ToString(CultureInfo.InvariantCulture);
        if (
            format == ExpositionFormat.OpenMetrics
            && double.IsInteger(number)
            && !text.Contains('E', StringComparison.Ordinal)
        )
        {
            text += ".0";
        }

        return Encoding.UTF8.GetBytes($"{name}=\"{text}\"");
    }

    /// <summary>Starts a family: everything that precedes its samples.</summary>
    public void BeginFamily(FamilyText text)
    {
        _name = text.SampleName;
        Write(Format == ExpositionFormat.OpenMetrics ? text.OpenMetricsHeader : text.TextHeader);
    }

    public void WriteSample(ReadOnlySpan<byte> labels, long value) =>
        WriteSample(default, labels, default, value);

    public void WriteSample(ReadOnlySpan<byte> labels, double value) =>
        WriteSample(default, labels, default, value);

    /// <summary>One line; <paramref name="extraLabel"/> follows the labels of the series.</summary>
    public void WriteSample(
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> labels,
        ReadOnlySpan<byte> extraLabel,
        long value
    )
    {
        BeginSample(suffix, labels, extraLabel);
        value.TryFormat(_block[_length..], out var written, default, CultureInfo.InvariantCulture);
        _length += written;
        _block[_length++] = (byte)'\n';
    }

    /// <inheritdoc cref="WriteSample(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, long)"/>
    public void WriteSample(
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> labels,
        ReadOnlySpan<byte> extraLabel,
        double value
    )
    {
        BeginSample(suffix, labels, extraLabel);
        if (double.IsFinite(value))
        {
            value.TryFormat(_block[_length..], out var written, default, CultureInfo.InvariantCulture);
            _length += written;
        }
        else
        {
            Append(
                double.IsNaN(value) ? "NaN"u8
                : value > 0 ? "+Inf"u8
                : "-Inf"u8
            );
        }

        _block[_length++] = (byte)'\n';
    }

    /// <summary>Ends the exposition and hands everything to the buffer writer.</summary>
    public void Finish()
    {
        if (Format == ExpositionFormat.OpenMetrics)
        {
            Write("# EOF\n"u8);
        }

        Flush();
    }

    /// <summary>Hands on what was written so far.</summary>
    public void Flush()
    {
        // A Kestrel response takes no Advance, not even of nothing, between a flush and the next block that is asked for.
        if (_length > 0)
        {
            _output.Advance(_length);
        }

        _block = default;
        _length = 0;
    }

    // Leaves room for a number and the line's end.
    private void BeginSample(
        ReadOnlySpan<byte> suffix,
        ReadOnlySpan<byte> labels,
        ReadOnlySpan<byte> extraLabel
    )
    {
        Reserve(_name.Length + suffix.Length + labels.Length + extraLabel.Length + MaxNumberLength);
        Append(_name);
        Append(suffix);
        if (!labels.IsEmpty || !extraLabel.IsEmpty)
        {
            _block[_length++] = (byte)'{';
            Append(labels);
            if (!labels.IsEmpty && !extraLabel.IsEmpty)
            {
                _block[_length++] = (byte)',';
            }

            Append(extraLabel);
            _block[_length++] = (byte)'}';
        }

        _block[_length++] = (byte)' ';
    }

    private void Write(ReadOnlySpan<byte> text)
    {
        Reserve(text.Length);
        Append(text);
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_block[_length..]);
        _length += text.Length;
    }

    private void Reserve(int length)
    {
        if (_block.Length - _length >= length)
        {
            return;
        }

        // A Kestrel response takes no Advance before the first block was asked for.
        if (_length > 0)
        {
            _output.Advance(_length);
        }

        _block = _output.GetSpan(Math.Max(length, BlockLength));
        _length = 0;
    }
}
