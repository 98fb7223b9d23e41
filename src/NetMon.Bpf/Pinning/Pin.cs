using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Pinning;

/// <summary>What the kernel keeps under a name of the BPF file system.</summary>
internal enum PinKind
{
    Map,
    Program,
    Link,
}

/// <summary>Names of the BPF file system: what has one outlives its process.</summary>
internal static class Pin
{
    /// <summary>Gives an object a name.</summary>
    /// <exception cref="BpfException">The name is taken, or the kernel refused.</exception>
    public static void Place(FileDescriptor descriptor, string path)
    {
        var result = Libbpf.bpf_obj_pin(descriptor, path);
        if (result < 0)
        {
            throw new BpfException($"pin {path}", -result, "");
        }
    }

    /// <returns>Null if nothing of this kind has the name.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static FileDescriptor? TryOpen(string path, PinKind kind)
    {
        var result = Libbpf.bpf_obj_get(path);
        if (result < 0)
        {
            // EINVAL: a directory. What is not ours to read is not ours to use.
            return -result is Errno.ENOENT or Errno.ENOTDIR or Errno.EINVAL
                ? null
                : throw new BpfException($"open the pin {path}", -result, "");
        }

        var descriptor = new FileDescriptor(result);
        if (IsOf(result, kind))
        {
            return descriptor;
        }

        descriptor.Dispose();
        return null;
    }

    /// <summary>Takes the name away; one that is not there does not matter.</summary>
    /// <exception cref="BpfException">The file system refused.</exception>
    public static void Remove(string path) => Do($"remove the pin {path}", () => File.Delete(path));

    /// <summary>Removes a directory with all names in it; one that is not there does not matter.</summary>
    /// <exception cref="BpfException">The file system refused.</exception>
    public static void RemoveAll(string directory) =>
        Do(
            $"remove the pins of {directory}",
            () =>
            {
                if (Directory.Exists(directory))
                {
                    Directory.Delete(directory, recursive: true);
                }
            }
        );

    /// <exception cref="BpfException">The file system refused.</exception>
    public static void MakeDirectory(string directory) =>
        Do(
            $"make the directory {directory}",
            () =>
            {
                if (!OperatingSystem.IsWindows())
                {
                    Directory.CreateDirectory(
                        directory,
                        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                    );
                }
            }
        );

    /// <summary>Gives a directory its final name.</summary>
    /// <exception cref="BpfException">The file system refused.</exception>
    public static void Rename(string from, string to) =>
        Do($"rename {from} to {to}", () => Directory.Move(from, to));

    private static void Do(string operation, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BpfException(operation, 0, error.Message);
        }
    }

    // "anon_inode:bpf-map", "anon_inode:bpf-prog", "anon_inode:bpf_link", "anon_inode:bpf_iter"
    private static bool IsOf(int descriptor, PinKind kind)
    {
        var what = new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget ?? "";
        return what.Contains("bpf", StringComparison.Ordinal)
            && what.Contains(
                kind switch
                {
                    PinKind.Map => "map",
                    PinKind.Program => "prog",
                    _ => "link",
                },
                StringComparison.Ordinal
            );
    }
}
