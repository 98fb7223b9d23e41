using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NetMon.Bpf.Netlink;

/// <summary>Writes one request into a buffer; for the layout see <see cref="NetlinkMessageReader"/>.</summary>
internal ref struct NetlinkWriter
{
    /// <summary>Room that is enough for every request we make.</summary>
    public const int MaxBytes = 512;

    private const ushort NestedFlag = 0x8000;

    private readonly Span<byte> _buffer;
    private int _length;

    /// <param name="buffer">At least <see cref="MaxBytes"/>.</param>
    /// <param name="type">RTM_...</param>
    /// <param name="flags">NLM_F_..., besides NLM_F_REQUEST.</param>
    public NetlinkWriter(Span<byte> buffer, ushort type, ushort flags)
    {
        _buffer = buffer;
        _buffer.Clear();
        _length = NetlinkMessageReader.HeaderBytes;
        MemoryMarshal.Write(_buffer[4..], type);
        MemoryMarshal.Write(_buffer[6..], (ushort)(flags | NetlinkProtocol.NLM_F_REQUEST));
    }

    /// <summary>Appends the fixed struct of a message, or a part of it.</summary>
    public void Append<T>(in T value)
        where T : unmanaged
    {
        MemoryMarshal.Write(_buffer[_length..], value);
        _length += Unsafe.SizeOf<T>();
    }

    public void Attribute<T>(ushort type, in T value)
        where T : unmanaged => Attribute(type, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    public void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        _length = NetlinkEncoding.Align(_length);
        MemoryMarshal.Write(_buffer[_length..], (ushort)(4 + value.Length));
        MemoryMarshal.Write(_buffer[(_length + 2)..], type);
        value.CopyTo(_buffer[(_length + 4)..]);
        _length += 4 + value.Length;
    }

    /// <summary>An attribute with text, NUL-terminated.</summary>
    public void Text(ushort type, string text)
    {
        Span<byte> bytes = stackalloc byte[System.Text.Encoding.UTF8.GetByteCount(text) + 1];
        System.Text.Encoding.UTF8.GetBytes(text, bytes);
        bytes[^1] = 0;
        Attribute(type, bytes);
    }

    /// <summary>Begins an attribute that holds attributes.</summary>
    /// <returns>What <see cref="EndNest"/> needs.</returns>
    public int BeginNest(ushort type)
    {
        _length = NetlinkEncoding.Align(_length);
        var start = _length;
        MemoryMarshal.Write(_buffer[(start + 2)..], (ushort)(type | NestedFlag));
        _length += 4;
        return start;
    }

    public readonly void EndNest(int start) =>
        MemoryMarshal.Write(_buffer[start..], (ushort)(_length - start));

    /// <summary>The whole message.</summary>
    public readonly ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(_buffer, (uint)_length);
        MemoryMarshal.Write(_buffer[8..], sequence);
        return _buffer[.._length];
    }
}
