using System.Buffers;
using System.Text;

namespace NetMon.Core.Metrics;

/// <summary>A struct that tells one series of a family from another, and knows its label values.</summary>
public interface ISeriesKey<TSelf> : IEquatable<TSelf>
    where TSelf : struct, ISeriesKey<TSelf>
{
    /// <summary>Adds the value of each of the family's labels, in their order. Called once per series.</summary>
    void WriteLabels(ref LabelWriter labels);
}

/// <summary>The key of a family that has one series and no labels.</summary>
public readonly record struct NoLabels : ISeriesKey<NoLabels>
{
    public void WriteLabels(ref LabelWriter labels) { }
}

/// <summary>
/// Writes the labels of one series as both exposition formats want them: <c>name="value",name="value"</c>,
/// escaped.
/// </summary>
public ref struct LabelWriter
{
    private readonly IReadOnlyList<string> _names;
    private readonly ArrayBufferWriter<byte> _text;
    private int _next;

    internal LabelWriter(IReadOnlyList<string> names, ArrayBufferWriter<byte> text)
    {
        _names = names;
        _text = text;
    }

    /// <summary>The next label's value.</summary>
    /// <exception cref="InvalidOperationException">The family has no further label.</exception>
    public void Add(scoped ReadOnlySpan<char> value)
    {
        Begin();
        LabelText.Append(_text, value);
        _text.Write("\""u8);
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{char})"/>
    public void Add<T>(T value)
        where T : ISpanFormattable
    {
        Span<char> text = stackalloc char[LabelText.MaxFormatted];
        if (!value.TryFormat(text, out var length, default, null))
        {
            throw new InvalidOperationException($"longer than a label of its kind: {value}");
        }

        Add(text[..length]);
    }

    /// <exception cref="InvalidOperationException">A label is without a value.</exception>
    internal readonly byte[] Finish()
    {
        if (_next != _names.Count)
        {
            throw new InvalidOperationException(
                $"{_next} label values for {_names.Count} labels: {string.Join(", ", _names)}"
            );
        }

        return _text.WrittenSpan.ToArray();
    }

    private void Begin()
    {
        if (_next == _names.Count)
        {
            throw new InvalidOperationException(
                $"more label values than labels: {string.Join(", ", _names)}"
            );
        }

        if (_next > 0)
        {
            _text.Write(","u8);
        }

        Encoding.UTF8.GetBytes(_names[_next], _text);
        _text.Write("=\""u8);
        _next++;
    }
}
