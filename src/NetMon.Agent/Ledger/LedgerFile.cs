using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NetMon.Agent.Ledger;

/// <summary>Writes a file from its start to its end, with its length and a checksum in front.</summary>
/// <remarks><code>
///   | magic, 8 | version, 4 | checksum of what follows the first 24 bytes, 4 | bytes of it, 8 | ... |
/// </code></remarks>
internal sealed class LedgerFile : IDisposable
{
    public const ulong Magic = 0x54_4e_49_4f_50_4d_4e; // "NMPOINT"
    public const int Version = 2;
    public const int HeaderBytes = 24;

    private const int BufferBytes = 256 * 1024;

    private readonly SafeFileHandle _file;
    private readonly byte[] _buffer;
    private long _offset = HeaderBytes;
    private int _filled;
    private uint _checksum;

    /// <param name="path">Made anew, for root alone.</param>
    /// <param name="buffer">From <see cref="NewBuffer"/>, used again for the next file.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public LedgerFile(string path, byte[] buffer)
    {
        _buffer = buffer;
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (new FileStream(path, options)) { }

        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
    }

    /// <summary>Bytes written, the header included.</summary>
    public long Length => _offset + _filled;

    public static byte[] NewBuffer() => new byte[BufferBytes];

    /// <summary>Room for what comes next; to be followed by <see cref="Advance"/>.</summary>
    public LedgerWriter Room(int bytes)
    {
        if (_filled + bytes > _buffer.Length)
        {
            Flush();
        }

        return new LedgerWriter(_buffer.AsSpan(_filled));
    }

    public void Advance(in LedgerWriter writer) => _filled += writer.Length;

    /// <summary>Writes the rest and the header: only now the file counts.</summary>
    public void Finish()
    {
        var rest = Room(sizeof(ulong));
        while ((_filled + rest.Length) % sizeof(ulong) != 0)
        {
            rest.Byte(0);
        }

        Advance(in rest);
        Flush();
        Span<byte> head = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(head, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(head[12..], _checksum);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], _offset - HeaderBytes);
        RandomAccess.Write(_file, head, 0);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Reads a whole file.</summary>
    /// <returns>What follows the header, perhaps with some zeros at the end.</returns>
    /// <exception cref="LedgerException">It is not whole.</exception>
    public static ReadOnlySpan<byte> Read(byte[] file)
    {
        var bytes = file.AsSpan();
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
        {
            throw new LedgerException(LedgerRefusal.Corrupt, "not a checkpoint");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new LedgerException(LedgerRefusal.Version, $"a checkpoint of version {version}");
        }

        var rest = bytes[HeaderBytes..];
        if (
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]) != rest.Length
            || rest.Length % sizeof(ulong) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != Checksum(0, rest)
        )
        {
            throw new LedgerException(LedgerRefusal.Corrupt, "its checksum is wrong");
        }

        return rest;
    }

    // CRC-32C, 8 bytes at a time: a processor's instruction.
    private static uint Checksum(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            sum = BitOperations.Crc32C(sum, word);
        }

        return sum;
    }

    // Whole words only: the rest goes to the front.
    private void Flush()
    {
        var whole = _filled & ~7;
        var bytes = _buffer.AsSpan(0, whole);
        _checksum = Checksum(_checksum, bytes);
        RandomAccess.Write(_file, bytes, _offset);
        _offset += whole;
        _buffer.AsSpan(whole, _filled - whole).CopyTo(_buffer);
        _filled -= whole;
    }
}
