using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Sockets;

/// <summary>Finds the path of a cgroup by its number.</summary>
public sealed unsafe class CgroupDirectory : IDisposable
{
    private const int FILEID_KERNFS = 0xfe;

    private readonly FileDescriptor _root;
    private readonly string _path;

    /// <param name="path">Where the hierarchy is mounted.</param>
    /// <exception cref="BpfException">It cannot be opened.</exception>
    public CgroupDirectory(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path.TrimEnd('/');
        _root = Libc.Open(path, Libc.O_CLOEXEC);
        if (_root.IsInvalid)
        {
            throw new BpfException($"open {path}", Libc.LastError, "");
        }
    }

    /// <param name="id">As the kernel's programs tell it.</param>
    /// <param name="path">From the hierarchy's root.</param>
    /// <returns>False if there is none (any more).</returns>
    /// <exception cref="BpfException">The kernel refused: CAP_DAC_READ_SEARCH is missing.</exception>
    public bool TryFind(ulong id, out string path)
    {
        path = "";
        var handle = new KernfsHandle
        {
            Length = sizeof(ulong),
            Type = FILEID_KERNFS,
            Id = id,
        };
        using var directory = Libc.open_by_handle_at(_root, &handle, Libc.O_CLOEXEC);
        if (directory.IsInvalid)
        {
            var error = Libc.LastError;
            return error != Errno.EPERM
                ? false
                : throw new BpfException("open a cgroup by its number", error, "needs CAP_DAC_READ_SEARCH");
        }

        var target = new FileInfo($"/proc/self/fd/{(int)directory.DangerousGetHandle()}").LinkTarget;
        if (target is null || !target.StartsWith(_path, StringComparison.Ordinal))
        {
            return false;
        }

        path = target.Length == _path.Length ? "/" : target[_path.Length..];
        return true;
    }

    public void Dispose() => _root.Dispose();
}

/// <summary>struct file_handle of open_by_handle_at(2), as kernfs fills it (fs/kernfs/mount.c).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KernfsHandle
{
    public uint Length;
    public int Type;
    public ulong Id;
}
