using NetMon.Kubernetes.Client;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NetMon.Configuration;

/// <summary>
/// Reads the values out of a YAML 1.2 document of nested mappings: the value beneath <c>flow:</c>, <c>interval:</c> has the
/// key <c>flow.interval</c>. Works on the parser's events, so that each value keeps its line and column, all that is wrong
/// up to a syntax error is reported, and no reflection is needed.
/// </summary>
internal sealed class YamlSettings
{
    // Ours are 2 deep. A bound keeps a hostile file from exhausting the stack.
    private const int MaxDepth = 8;

    private const string StarNeedsQuotes = "text that begins with * needs quotes";

    private readonly YamlEvents _parser;
    private readonly string _file;
    private readonly Action<GivenValue> _take;
    private readonly ICollection<ConfigurationError> _errors;
    private readonly Dictionary<string, long> _lineOfKey = new(StringComparer.Ordinal);

    private YamlSettings(
        string text,
        string file,
        Action<GivenValue> take,
        ICollection<ConfigurationError> errors
    )
    {
        _parser = new YamlEvents(new StringReader(text));
        _file = file;
        _take = take;
        _errors = errors;
    }

    /// <summary>Hands out each value of a document, and each error, in their order.</summary>
    /// <param name="file">Its name, for the places of values and errors.</param>
    public static void Read(
        string text,
        string file,
        Action<GivenValue> take,
        ICollection<ConfigurationError> errors
    )
    {
        var reader = new YamlSettings(text, file, take, errors);
        try
        {
            reader.ReadStream();
        }
        catch (YamlException e)
        {
            var message = IsAt(text, e.Start, '*') ? StarNeedsQuotes : e.Message;
            errors.Add(new ConfigurationError(reader.PlaceOf(e.Start), null, message));
        }
        // The parser takes a NUL for the end, wherever that is: even within a mapping.
        catch (EndOfStreamException)
        {
            errors.Add(new ConfigurationError(file, null, "it has a NUL character: this is no text"));
        }
    }

    private void ReadStream()
    {
        _parser.Consume<StreamStart>();
        if (!_parser.TryConsume<DocumentStart>(out _))
        {
            return;
        }

        if (_parser.TryConsume<MappingStart>(out _))
        {
            ReadMapping("", 1);
        }
        else if (!_parser.TryConsume<Scalar>(out var scalar) || scalar.Value.Length > 0)
        {
            Report(
                scalar ?? _parser.Current!,
                null,
                "settings are nested as in `flow:`, and beneath it `interval: 5s`"
            );
            return;
        }

        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
        {
            Report(second, null, "a second document; settings are in one");
        }
    }

    private void ReadMapping(string prefix, int depth)
    {
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var name))
            {
                Report(_parser.Current!, null, "the name of a setting is plain text");
                _parser.SkipThisAndNestedEvents();
                _parser.SkipThisAndNestedEvents();
                continue;
            }

            var key = prefix + name.Value;
            if (!_lineOfKey.TryAdd(key, name.Start.Line))
            {
                Report(name, key, $"given twice; first in line {_lineOfKey[key]}");
                _parser.SkipThisAndNestedEvents();
            }
            else
            {
                ReadValue(key, depth);
            }
        }
    }

    private void ReadValue(string key, int depth)
    {
        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            var place = PlaceOf(scalar.Start);
            _take(new GivenValue(key, place, [new GivenText(scalar.Value, place)], false));
        }
        else if (_parser.TryConsume<SequenceStart>(out var sequence))
        {
            _take(new GivenValue(key, PlaceOf(sequence.Start), ReadItems(key), true));
        }
        else if (_parser.Current is MappingStart && depth < MaxDepth)
        {
            _parser.MoveNext();
            ReadMapping(key + ".", depth + 1);
        }
        else
        {
            Refuse(key, "nested too deep");
        }
    }

    private List<GivenText> ReadItems(string key)
    {
        var items = new List<GivenText>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            if (_parser.TryConsume<Scalar>(out var item))
            {
                items.Add(new GivenText(item.Value, PlaceOf(item.Start)));
            }
            else
            {
                Refuse(key, "an item of a list is plain text");
            }
        }

        return items;
    }

    /// <summary>Reports, and passes over, what cannot be a value.</summary>
    private void Refuse(string key, string why)
    {
        Report(
            _parser.Current!,
            key,
            _parser.Current is AnchorAlias alias
                ? $"*{alias.Value} is an alias, which is not supported; {StarNeedsQuotes}"
                : why
        );
        _parser.SkipThisAndNestedEvents();
    }

    private void Report(ParsingEvent at, string? key, string message) =>
        _errors.Add(new ConfigurationError(PlaceOf(at.Start), key, message));

    private static bool IsAt(string text, Mark mark, char expected) =>
        mark.Index < text.Length && text[(int)mark.Index] == expected;

    private string PlaceOf(Mark mark) => $"{_file}:{mark.Line}:{mark.Column}";
}
