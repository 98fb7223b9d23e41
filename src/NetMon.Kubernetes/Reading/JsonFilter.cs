using System.Buffers;

namespace NetMon.Kubernetes.Reading;

/// <summary>Takes the wanted fields out of JSON that comes in pieces, and keeps nothing else: an annotation of 10 MB passes without being stored.</summary>
/// <remarks>
/// <code>
///    {"kind":"PodList","metadata":{..},"items":[{"metadata":{"name":"a","managedFields":[...]}, .. }, {..}]}
///     ^ structure: each name is looked up         ^ wanted: copied as it is  ^ unwanted: only its end is looked for
/// </code>
/// What is copied is checked by whoever reads it; of the rest only quotes and brackets are looked at.
/// Several texts may follow one another, with white space between them or none.
/// </remarks>
internal sealed class JsonFilter
{
    // The deepest of our trees has 8 levels; arrays within arrays are copied as they are from here on.
    private const int MaxFrames = 24;
    private const int MaxName = 320;
    private const int UsualLength = 4 * 1024;
    private const int KeptLength = 256 * 1024;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> EndOfScalar = SearchValues.Create(",]} \t\r\n"u8);
    private static readonly SearchValues<byte> StartOfScalar = SearchValues.Create("-0123456789tfn"u8);

    private readonly FieldTree _root;
    private readonly int _maxLength;
    private readonly Frame[] _frames = new Frame[MaxFrames];
    private readonly byte[] _name = new byte[MaxName];
    private int _depth;
    private State _state = State.Value;
    private FieldTree? _wanted;
    private int _nameLength;
    private bool _nameEscaped;

    // A value that is copied or passed over as a whole.
    private bool _copies;
    private bool _isScalar;
    private bool _inString;
    private bool _afterBackslash;
    private long _nesting;
    private byte[] _output = new byte[UsualLength];
    private int _length;
    private int _itemStart;
    private FilterEvent _told;

    /// <param name="maxLength">Bytes of wanted fields in one object, at most.</param>
    public JsonFilter(FieldTree root, int maxLength)
    {
        _root = root;
        _maxLength = maxLength;
        _wanted = root;
    }

    /// <summary>The wanted fields of the item or text that is complete, as JSON. Valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Json => _output.AsSpan(_itemStart, _length - _itemStart);

    /// <summary>It has more wanted bytes than allowed; <see cref="Json"/> is its beginning.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Nothing of a next text was seen.</summary>
    public bool IsBetweenDocuments => _depth == 0 && _state == State.Value;

    public FilterEvent Read(ReadOnlySpan<byte> input, out int consumed)
    {
        Forget();
        consumed = 0;
        while (consumed < input.Length)
        {
            var rest = input[consumed..];
            switch (_state)
            {
                case State.Whole:
                    consumed += ReadWhole(rest, out var ended);
                    if (ended && Complete() is var told and not FilterEvent.NeedsInput)
                    {
                        return told;
                    }

                    break;
                case State.Name:
                    consumed += ReadName(rest);
                    break;
                default:
                    if (rest[0] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
                    {
                        consumed++;
                        break;
                    }

                    if (!ReadStructure(rest[0], out var taken, out told))
                    {
                        return FilterEvent.Invalid;
                    }

                    consumed += taken ? 1 : 0;
                    if (told is not FilterEvent.NeedsInput)
                    {
                        return told;
                    }

                    break;
            }
        }

        return FilterEvent.NeedsInput;
    }

    /// <param name="taken">The byte is done with; false: it begins a value.</param>
    private bool ReadStructure(byte next, out bool taken, out FilterEvent told)
    {
        taken = true;
        told = FilterEvent.NeedsInput;
        switch (_state)
        {
            case State.Value:
                return TryBegin(next, out taken);
            case State.ItemOrEnd when next != (byte)']':
                return TryBegin(next, out taken);
            case State.NameOrEnd or State.NextName when next == (byte)'"':
                _nameLength = 0;
                _nameEscaped = false;
                _state = State.Name;
                return true;
            case State.Colon when next == (byte)':':
                _state = State.Value;
                return true;
            case State.CommaOrEnd when next == (byte)',':
                _wanted = Top.IsArray ? Top.Tree : null;
                _state = Top.IsArray ? State.Value : State.NextName;
                return true;
            case State.ItemOrEnd
            or State.NameOrEnd
            or State.CommaOrEnd when next == (Top.IsArray ? (byte)']' : (byte)'}'):
                Copy([next]);
                _depth--;
                told = Complete();
                return true;
            default:
                return false;
        }
    }

    private bool TryBegin(byte next, out bool taken)
    {
        taken = false;
        var isContainer = next is (byte)'{' or (byte)'[';
        if (!isContainer && next != (byte)'"' && !StartOfScalar.Contains(next))
        {
            return false;
        }

        if (_depth > 0 && Top.IsArray)
        {
            BeginElement();
        }

        if (isContainer && _wanted is { IsLeaf: false } && _depth < MaxFrames)
        {
            taken = true;
            var isArray = next == (byte)'[';
            Copy([next]);
            _frames[_depth++] = new Frame(_wanted, isArray, isArray && _wanted.Splits && !InItem);
            _state = isArray ? State.ItemOrEnd : State.NameOrEnd;
            return true;
        }

        _copies = _wanted is not null;
        _isScalar = !isContainer && next != (byte)'"';
        _nesting = 0;
        _state = State.Whole;
        return true;
    }

    private void BeginElement()
    {
        if (Top.Splits)
        {
            _itemStart = _length;
        }
        else
        {
            Separate();
        }
    }

    private int ReadName(ReadOnlySpan<byte> input)
    {
        var end = input.IndexOfAny((byte)'"', (byte)'\\');
        var text = end < 0 ? input : input[..end];
        if (_afterBackslash)
        {
            _afterBackslash = false;
            return 1;
        }

        var kept = Math.Min(text.Length, MaxName - _nameLength);
        // None of the names that are wanted is so long, or has a character that is ever escaped.
        _nameEscaped |= kept < text.Length;
        text[..kept].CopyTo(_name.AsSpan(_nameLength));
        _nameLength += kept;
        if (end < 0)
        {
            return input.Length;
        }

        if (input[end] == (byte)'\\')
        {
            _afterBackslash = true;
            _nameEscaped = true;
        }
        else
        {
            EndName();
        }

        return end + 1;
    }

    private void EndName()
    {
        var name = _name.AsSpan(0, _nameLength);
        _wanted = _nameEscaped ? null : Top.Tree.Find(name);
        _state = State.Colon;
        if (_wanted is not null)
        {
            Separate();
            Copy("\""u8);
            Copy(name);
            Copy("\":"u8);
        }
    }

    private int ReadWhole(ReadOnlySpan<byte> input, out bool ended)
    {
        var at = 0;
        ended = false;
        while (at < input.Length && !ended)
        {
            var rest = input[at..];
            if (_isScalar)
            {
                var end = rest.IndexOfAny(EndOfScalar);
                ended = end >= 0;
                at += ended ? end : rest.Length;
            }
            else if (_inString)
            {
                at += ReadString(rest);
                ended = !_inString && _nesting == 0;
            }
            else
            {
                var found = rest.IndexOfAny(Structure);
                if (found < 0)
                {
                    at = input.Length;
                    break;
                }

                at += found + 1;
                switch (rest[found])
                {
                    case (byte)'"':
                        _inString = true;
                        break;
                    case (byte)'{' or (byte)'[':
                        _nesting++;
                        break;
                    default:
                        ended = --_nesting == 0;
                        break;
                }
            }
        }

        if (_copies)
        {
            Copy(input[..at]);
        }

        return at;
    }

    private int ReadString(ReadOnlySpan<byte> input)
    {
        if (_afterBackslash)
        {
            _afterBackslash = false;
            return 1;
        }

        var end = input.IndexOfAny((byte)'"', (byte)'\\');
        if (end < 0)
        {
            return input.Length;
        }

        _afterBackslash = input[end] == (byte)'\\';
        _inString = _afterBackslash;
        return end + 1;
    }

    // A value ended; _depth is that of what it is in.
    private FilterEvent Complete()
    {
        if (_depth == 0)
        {
            _itemStart = 0;
            _state = State.Value;
            _wanted = _root;
            return _told = FilterEvent.Document;
        }

        _state = State.CommaOrEnd;
        return _told = Top.Splits ? FilterEvent.Item : FilterEvent.NeedsInput;
    }

    // What was handed out is done with.
    private void Forget()
    {
        if (_told is FilterEvent.NeedsInput)
        {
            return;
        }

        _length = _itemStart;
        _told = FilterEvent.NeedsInput;
        IsTruncated = false;
        if (_output.Length > KeptLength && _length <= UsualLength)
        {
            Array.Resize(ref _output, UsualLength);
        }
    }

    private void Separate()
    {
        if (Top.HasContent)
        {
            Copy(","u8);
        }

        Top.HasContent = true;
    }

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        if (IsTruncated || bytes.Length > _maxLength - (_length - _itemStart))
        {
            IsTruncated = true;
            return;
        }

        if (bytes.Length > _output.Length - _length)
        {
            Array.Resize(ref _output, Math.Max(_output.Length * 2, _length + bytes.Length));
        }

        bytes.CopyTo(_output.AsSpan(_length));
        _length += bytes.Length;
    }

    private ref Frame Top => ref _frames[_depth - 1];

    private bool InItem
    {
        get
        {
            foreach (ref readonly var frame in _frames.AsSpan(0, _depth))
            {
                if (frame.Splits)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private enum State : byte
    {
        Value,
        ItemOrEnd,
        NameOrEnd,
        NextName,
        Name,
        Colon,
        CommaOrEnd,
        Whole,
    }

    private struct Frame(FieldTree tree, bool isArray, bool splits)
    {
        public readonly FieldTree Tree = tree;
        public readonly bool IsArray = isArray;
        public readonly bool Splits = splits;
        public bool HasContent;
    }
}
