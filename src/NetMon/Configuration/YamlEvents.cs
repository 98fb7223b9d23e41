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

    public bool MoveNext()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            var place = Current?.End ?? Mark.Empty;
            throw new YamlException(place, place, "what follows is not YAML", e);
        }
    }
}
