namespace NetMon.Diagnosis;

/// <summary>Where the kernel tells of itself; a test puts a file of its own in a place.</summary>
internal sealed record HostPaths
{
    public string Proc { get; init; } = "/proc";

    public string Sys { get; init; } = "/sys";

    /// <summary>The kernel's type information.</summary>
    public string Btf => Path.Combine(Sys, "kernel/btf/vmlinux");

    /// <summary>The text of a small file below <see cref="Proc"/>; null if it cannot be read.</summary>
    public string? ReadProc(string path) => Read(Path.Combine(Proc, path));

    /// <summary>The text of a small file below <see cref="Sys"/>; null if it cannot be read.</summary>
    public string? ReadSys(string path) => Read(Path.Combine(Sys, path));

    /// <summary>A value of /proc/sys, such as <c>net.core.bpf_jit_enable</c>; null if there is none.</summary>
    public string? ReadSetting(string name) => ReadProc(Path.Combine("sys", name.Replace('.', '/')))?.Trim();

    /// <summary>The text of a small file; null if it cannot be read.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
