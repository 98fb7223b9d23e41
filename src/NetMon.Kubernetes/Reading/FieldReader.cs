using System.Text.Json;

namespace NetMon.Kubernetes.Reading;

/// <summary>
/// Goes through the fields of one object. A field of another type than expected makes the object unreadable: from then on
/// every method answers with nothing, and <see cref="Error"/> says why. <c>null</c> is as good as an absent field.
/// </summary>
/// <remarks>
/// <code>
///   if (fields.BeginObject())
///       while (fields.NextMember())
///           if (fields.Is("name"u8)) name = fields.Text(...);
///           else fields.Skip();                                   each member's value is read or skipped
/// </code>
/// Text that is not JSON or not UTF-8 throws, as <see cref="IsUnreadable"/> tells.
/// </remarks>
internal ref struct FieldReader
{
    private Utf8JsonReader _json;

    public FieldReader(ReadOnlySpan<byte> json)
    {
        _json = new Utf8JsonReader(json);
        _json.Read();
    }

    /// <summary>Why the object cannot be read; null if it can so far.</summary>
    public string? Error { get; private set; }

    /// <summary>Where the value begins, and, once it was skipped, where it ended: offsets in the text.</summary>
    public readonly int ValueStart => (int)_json.TokenStartIndex;

    public readonly int ValueEnd => (int)_json.BytesConsumed;

    /// <summary>Whether a reader may throw this because of the text that it reads.</summary>
    public static bool IsUnreadable(Exception error) =>
        error is JsonException or InvalidOperationException or FormatException or ArgumentException;

    public bool BeginObject() => Begin(JsonTokenType.StartObject);

    public bool BeginArray() => Begin(JsonTokenType.StartArray);

    /// <summary>Goes to the next member of the object that was begun; false at its end.</summary>
    public bool NextMember() => Error is null && _json.Read() && _json.TokenType != JsonTokenType.EndObject;

    /// <summary>Goes to the next item of the array that was begun; false at its end.</summary>
    public bool NextItem() => Error is null && _json.Read() && _json.TokenType != JsonTokenType.EndArray;

    /// <summary>Whether the member has this name.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => _json.ValueTextEquals(name);

    public void Skip() => _json.Skip();

    /// <summary>Goes to the value of the member.</summary>
    public void Enter()
    {
        if (_json.TokenType == JsonTokenType.PropertyName)
        {
            _json.Read();
        }
    }

    /// <summary>Whether the value is a text of more bytes than that.</summary>
    public bool IsTooLong(int longest)
    {
        Enter();
        return _json.TokenType == JsonTokenType.String && _json.ValueSpan.Length > longest;
    }

    /// <summary>A text of at most <paramref name="longest"/> bytes; null if there is none.</summary>
    public string? Text(int longest, StringPool? pool = null)
    {
        Enter();
        if (!Expect(_json.TokenType == JsonTokenType.String, "a text"))
        {
            return null;
        }

        if (_json.ValueSpan.Length > longest)
        {
            Fail($"at byte {_json.TokenStartIndex}: a text of at most {longest} bytes was expected");
            return null;
        }

        return Current(pool);
    }

    /// <summary>
    /// The name of something in the cluster: printable ASCII without spaces, as every API server sees to, so that it does no harm in
    /// a terminal or a metric. Null if there is none.
    /// </summary>
    public string? Name(StringPool? pool = null)
    {
        var name = Text(ObjectMetadata.LongestName, pool);
        if (name is not null && !IsPrintable(name))
        {
            Fail($"at byte {_json.TokenStartIndex}: a name of other than printable characters");
        }

        return name;
    }

    /// <summary>Printable ASCII without spaces.</summary>
    public static bool IsPrintable(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>The name of the member, or the text that the reader is at.</summary>
    public readonly string Current(StringPool? pool)
    {
        if (_json.ValueIsEscaped)
        {
            return _json.GetString()!;
        }

        return pool is null ? StrictUtf8.Text(_json.ValueSpan) : pool.Get(_json.ValueSpan);
    }

    /// <summary>Length of the name or text that the reader is at, in bytes as it is written.</summary>
    public readonly int CurrentLength => _json.ValueSpan.Length;

    public bool? Truth()
    {
        Enter();
        var type = _json.TokenType;
        return Expect(type is JsonTokenType.True or JsonTokenType.False, "true or false")
            ? type == JsonTokenType.True
            : null;
    }

    /// <summary>A whole number up to <paramref name="highest"/>; null if there is none.</summary>
    public int? Number(int highest)
    {
        Enter();
        if (!Expect(_json.TokenType == JsonTokenType.Number, "a number"))
        {
            return null;
        }

        if (_json.TryGetInt32(out var value) && value >= 0 && value <= highest)
        {
            return value;
        }

        Fail($"at byte {_json.TokenStartIndex}: a whole number of 0 to {highest} was expected");
        return null;
    }

    /// <summary>A time as RFC 3339; null if there is none.</summary>
    public DateTimeOffset? Time()
    {
        Enter();
        var value = default(DateTimeOffset);
        return Expect(
            _json.TokenType == JsonTokenType.String && _json.TryGetDateTimeOffset(out value),
            "a time"
        )
            ? value.ToUniversalTime()
            : null;
    }

    public void Fail(string error) => Error ??= error;

    private bool Begin(JsonTokenType start)
    {
        Enter();
        return Expect(_json.TokenType == start, start == JsonTokenType.StartObject ? "an object" : "a list");
    }

    // null is no value, and no error.
    private bool Expect(bool isSo, string what)
    {
        if (isSo)
        {
            return Error is null;
        }

        if (_json.TokenType != JsonTokenType.Null)
        {
            Fail($"at byte {_json.TokenStartIndex}: {what} was expected");
        }

        return false;
    }
}
