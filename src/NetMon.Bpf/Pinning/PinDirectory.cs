using System.Diagnostics;
using System.Globalization;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Sockets;

namespace NetMon.Bpf.Pinning;

/// <summary>
/// A directory of the BPF file system in which maps and links outlive the process that made them, for one network namespace: interfaces
/// have their numbers there.
/// </summary>
/// <remarks>
/// <code>
///   DIRECTORY/netns-COOKIE/flows/N/       a generation: the maps of one layout, and the iterators that read them
///                          links/I-HOOK   the programs at interface I
///                          drops/, sockets/
/// </code>
/// One process at a time has it, by a lock that ends with the process however it ends.
/// </remarks>
public sealed class PinDirectory : IDisposable
{
    private const long BpfFileSystem = 0xcafe4a11;
    private const string NamespacePrefix = "netns-";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    private readonly FileDescriptor _lock;

    private PinDirectory(string path, FileDescriptor held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>Of this network namespace.</summary>
    public string Path { get; }

    /// <summary>Opens a directory for the network namespace of the calling thread, and makes what is missing of it.</summary>
    /// <param name="directory">In a BPF file system.</param>
    /// <returns>Null if another process has it.</returns>
    /// <exception cref="BpfException">It cannot be used, and why.</exception>
    public static PinDirectory? Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        LibbpfLibrary.EnsureLoaded();
        var parent = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(directory)) ?? "/";
        if (Libc.FileSystemOf(parent) != BpfFileSystem && Libc.FileSystemOf(directory) != BpfFileSystem)
        {
            throw Unusable(
                directory,
                0,
                $"{parent} is no BPF file system; mount one: mount -t bpf bpf /sys/fs/bpf"
            );
        }

        Make(directory);
        var path = System.IO.Path.Combine(
            directory,
            NamespacePrefix + OwnNamespace.Read().ToString(CultureInfo.InvariantCulture)
        );
        Make(path);

        // Whoever only looks what is left has the lock for a moment, too.
        FileDescriptor? held;
        var start = Stopwatch.GetTimestamp();
        while ((held = TryLock(path)) is null && Stopwatch.GetElapsedTime(start) < Patience)
        {
            Thread.Sleep(LookAgain);
        }

        return held is null ? null : new PinDirectory(path, held);
    }

    /// <summary>The directories of every network namespace.</summary>
    internal static IEnumerable<string> Namespaces(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateDirectories(directory, NamespacePrefix + "*") : [];

    /// <returns>Null if another process has it.</returns>
    /// <exception cref="BpfException">There is no such directory.</exception>
    internal static FileDescriptor? TryLock(string path)
    {
        var descriptor = Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (!descriptor.IsInvalid && Libc.flock(descriptor, Libc.LOCK_EX | Libc.LOCK_NB) == 0)
        {
            return descriptor;
        }

        var error = Libc.LastError;
        descriptor.Dispose();
        return error == Errno.EAGAIN ? null : throw Unusable(path, error, "");
    }

    /// <summary>Removes everything that is pinned; what is attached by a pin alone is detached.</summary>
    /// <exception cref="BpfException">The file system refused.</exception>
    public void RemoveAll() => Pin.RemoveAll(Path);

    public void Dispose() => Libc.Unlock(_lock);

    /// <summary>The file system's root may be written by everybody: what is there already must be ours alone.</summary>
    private static void Make(string path)
    {
        try
        {
            Pin.MakeDirectory(path);
        }
        catch (BpfException error)
        {
            throw Unusable(path, 0, error.Detail);
        }

        if (Libc.Stat(path, out var status) != 0)
        {
            throw Unusable(path, Libc.LastError, "");
        }

        if (!status.IsDirectory || status.User != Libc.geteuid() || status.OthersMayWrite)
        {
            throw Unusable(
                path,
                0,
                $"it belongs to user {status.User}, or others may write to it; remove it, or name another directory"
            );
        }
    }

    private static BpfException Unusable(string path, int error, string detail) =>
        new($"keep maps and links in {path}", error, detail);
}
