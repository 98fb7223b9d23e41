using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Pinning;

/// <summary>Whether what a process finds in a directory was put there by its own user: else it would follow a stranger's links.</summary>
public static class OwnDirectory
{
    private const uint Root = 0;
    private const string OpenToAll = "everybody may write to it";

    /// <param name="path">A directory, or a link to one; its names are looked at as they are now.</param>
    /// <returns>Null if the directory is this user's or root's, and not everybody may write to it; else what is wrong.</returns>
    public static string? Problem(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Libc.Stat(path, out var status) != 0)
        {
            return "it is not there";
        }

        if (!IsTrusted(status.User))
        {
            return $"it belongs to user {status.User}";
        }

        if (!status.IsLink)
        {
            return !status.IsDirectory ? "it is no directory"
                : status.EverybodyMayWrite ? OpenToAll
                : null;
        }

        try
        {
            return Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target
                ? Problem(target.FullName)
                : "it is not there";
        }
        catch (IOException error)
        {
            return error.Message;
        }
    }

    /// <summary>Whether <see cref="TryTake"/> can be expected to succeed: it is empty, and that everybody may write to it is all that is wrong.</summary>
    public static bool CanTake(string path) => Problem(path) == OpenToAll && IsEmpty(path);

    /// <summary>Takes an empty directory that everybody may write to, as a volume made for this process is: from here on only its owner may.</summary>
    /// <param name="path">A directory, or a link to one.</param>
    /// <returns>Whether there is no <see cref="Problem"/> any more; if there is, it is as it was.</returns>
    public static bool TryTake(string path)
    {
        try
        {
            var before = File.GetUnixFileMode(path);
            if (!CanTake(path))
            {
                return false;
            }

            File.SetUnixFileMode(path, before & ~(UnixFileMode.GroupWrite | UnixFileMode.OtherWrite));
            if (IsEmpty(path) && Problem(path) is null)
            {
                return true;
            }

            File.SetUnixFileMode(path, before);
            return false;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsEmpty(string path) => !Directory.EnumerateFileSystemEntries(path).Any();

    private static bool IsTrusted(uint user) => user == Root || user == Libc.geteuid();
}
