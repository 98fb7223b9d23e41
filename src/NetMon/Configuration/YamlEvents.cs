using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NetMon.Configuration;

/// <summary>
/// YamlDotNet's parser, where every text that is not YAML is a <see cref="YamlException"/>. By itself it answers some with an
/// <see cref="InvalidOperationException"/> of its scanner or an <see cref="ArgumentException"/> of a malformed tag.
/// </summary>
internal sealed class YamlEvents(TextReader text) : IParser
{
    private readonly Parser _parser = new(text);

    public ParsingEvent? Current => _parser.Current;

    private Mark Place => Current?.End ?? Mark.Empty;

    public bool MoveNext()
    {
        try
        {
            // Nobody asks for what comes after the end. But it takes a NUL for it, wherever that is: even within a mapping.
            return _parser.MoveNext()
                ? true
                : throw new YamlException(Place, Place, "what follows is not text");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new YamlException(Place, Place, "what follows is not YAML", e);
        }
    }
}
