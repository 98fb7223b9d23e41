using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NetMon.Kubernetes.Client;

/// <summary>
/// YamlDotNet's parser, where every text that is not YAML is a <see cref="YamlException"/>, and so is one that is nested deeper than any file of ours: its time
/// grows with the square of the depth, and who makes a tree of its events with the stack. By itself it answers some texts with an
/// <see cref="InvalidOperationException"/> of its scanner or an <see cref="ArgumentException"/> of a malformed tag.
/// </summary>
public sealed class YamlEvents(TextReader text) : IParser
{
    private const int MaxDepth = 64;

    private readonly Parser _parser = new(text);
    private int _depth;

    /// <inheritdoc/>
    public ParsingEvent? Current => _parser.Current;

    private Mark Place => Current?.End ?? Mark.Empty;

    /// <inheritdoc/>
    public bool MoveNext()
    {
        try
        {
            if (!_parser.MoveNext())
            {
                // It takes a NUL for the end, wherever that is: even within a mapping.
                return _depth == 0
                    ? false
                    : throw new YamlException(Place, Place, "what follows is not text");
            }
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new YamlException(Place, Place, "what follows is not YAML", e);
        }

        _depth += Current!.NestingIncrease;
        if (_depth > MaxDepth)
        {
            throw new YamlException(Current.Start, Current.End, $"nested deeper than {MaxDepth}");
        }

        return true;
    }
}
