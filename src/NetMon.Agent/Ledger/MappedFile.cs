using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using NetMon.Bpf;

namespace NetMon.Agent.Ledger;

/// <summary>A file in memory: what is written is there for whoever opens it next, whatever becomes of this process.</summary>
/// <remarks>
/// Pages are given room in the file system before they are touched (<see cref="TryReserve"/>): to write to one for which there is none
/// would end the process (SIGBUS).
/// </remarks>
internal sealed unsafe class MappedFile : IDisposable
{
    private static readonly byte[] Zeros = new byte[64 * 1024];

    private readonly SafeFileHandle _file;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    /// <summary>Makes a file of zeros, for root alone.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public MappedFile(string path, long length)
    {
        Path = path;
        Length = length;
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var made = new FileStream(path, options))
        {
            made.SetLength(length);
        }

        _file = File.OpenHandle(
            path,
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete
        );
        _mapping = MemoryMappedFile.CreateFromFile(
            _file,
            null,
            length,
            MemoryMappedFileAccess.ReadWrite,
            HandleInheritability.None,
            leaveOpen: true
        );
        _view = _mapping.CreateViewAccessor(0, length, MemoryMappedFileAccess.ReadWrite);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Some of its bytes, which were reserved.</summary>
    public Span<byte> this[long offset, int length] =>
        offset >= 0 && length >= 0 && offset + length <= Length
            ? new Span<byte>(_start + offset, length)
            : throw new ArgumentOutOfRangeException(nameof(offset));

    /// <summary>A number at an offset that is a multiple of 8, for <see cref="Volatile"/>.</summary>
    public ref ulong Word(long offset) => ref Unsafe.AsRef<ulong>(_start + offset);

    /// <summary>Gives bytes room in the file system; they are zero then.</summary>
    /// <returns>False: there is none.</returns>
    public bool TryReserve(long offset, long length)
    {
        try
        {
            while (length > 0)
            {
                var part = (int)Math.Min(length, Zeros.Length);
                RandomAccess.Write(_file, Zeros.AsSpan(0, part), offset);
                offset += part;
                length -= part;
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Gives the room of bytes back: until they are reserved anew, they must not be touched.</summary>
    /// <returns>False: the file system cannot, and they are as they were.</returns>
    public bool TryRelease(long offset, long length) => FileSpace.TryRelease(_file, offset, length);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _mapping.Dispose();
        _file.Dispose();
    }
}
