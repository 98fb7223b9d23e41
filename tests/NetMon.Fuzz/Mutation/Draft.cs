namespace NetMon.Fuzz.Mutation;

/// <summary>The bytes of an input while they are changed. Never longer than its capacity: what would be is cut.</summary>
internal sealed class Draft(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Load(ReadOnlySpan<byte> seed)
    {
        Length = Math.Min(seed.Length, _bytes.Length);
        seed[..Length].CopyTo(_bytes);
    }

    public void Cut(int length) => Length = Math.Min(Length, length);

    public void Insert(int at, ReadOnlySpan<byte> what)
    {
        var room = Math.Min(what.Length, _bytes.Length - Length);
        _bytes.AsSpan(at, Length - at).CopyTo(_bytes.AsSpan(at + room));
        what[..room].CopyTo(_bytes.AsSpan(at));
        Length += room;
    }

    public void Remove(int at, int count)
    {
        count = Math.Clamp(count, 0, Length - at);
        _bytes.AsSpan(at + count, Length - at - count).CopyTo(_bytes.AsSpan(at));
        Length -= count;
    }

    public void Replace(int at, int count, ReadOnlySpan<byte> what)
    {
        Remove(at, count);
        Insert(at, what);
    }

    public void Overwrite(int at, ReadOnlySpan<byte> what) =>
        what[..Math.Min(what.Length, Length - at)].CopyTo(_bytes.AsSpan(at));
}
