using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Pinning;

/// <summary>Whether what a process finds in a directory was put there by its own user: else it would follow a stranger's links.</summary>
public static class OwnDirectory
{
    private const uint Root = 0;

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
                : status.EverybodyMayWrite ? "everybody may write to it"
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

    private static bool IsTrusted(uint user) => user == Root || user == Libc.geteuid();
}
