using Microsoft.Win32.SafeHandles;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf;

/// <summary>What a file takes of its file system.</summary>
public static class FileSpace
{
    private const int FALLOC_FL_KEEP_SIZE = 1;
    private const int FALLOC_FL_PUNCH_HOLE = 2;

    /// <summary>Gives bytes of a file back to its file system: they read as zero from then on, and its pages are mapped nowhere any more.</summary>
    /// <returns>False: the file system cannot.</returns>
    public static bool TryRelease(SafeFileHandle file, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Libc.fallocate(file, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, offset, length) == 0;
    }
}
