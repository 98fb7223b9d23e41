namespace NetMon.Core.Sockets;

/// <summary>Reads from a cgroup's path which container and pod it belongs to.</summary>
/// <remarks>
/// Whatever is above does not matter: a node may be a container itself, and the innermost counts.
/// <code>
///   kubelet, systemd   .../kubepods-burstable-podUID.slice/RUNTIME-CONTAINER.scope         UID with _ for -
///   the same, runtime  .../kubepods-burstable-podUID.slice:RUNTIME:CONTAINER
///   kubelet, cgroupfs  .../kubepods/burstable/podUID/CONTAINER, or /crio-CONTAINER
///   without kubelet    .../docker-CONTAINER.scope, /docker/CONTAINER, /libpod-CONTAINER.scope/container
/// </code>
/// UID has 32 hexadecimal digits in five groups; without groups it is the hash that kubelet gives a static pod
/// (annotation kubernetes.io/config.hash), whose UID in the API is another.
/// </remarks>
public static class CgroupPath
{
    private const int ContainerLength = 64;
    private const int UidDigits = 32;
    private const int UidLength = 36;
    private const string Pod = "pod";

    /// <summary>A runtime's process that looks after a container, beside it.</summary>
    private const string Monitor = "conmon";

    /// <param name="path">From the hierarchy's root; may be empty.</param>
    /// <param name="containerId">64 hexadecimal digits; empty if it is in no container.</param>
    /// <param name="podUid">With dashes; empty if it is in no pod.</param>
    public static void Parse(string path, out string containerId, out string podUid)
    {
        ArgumentNullException.ThrowIfNull(path);
        containerId = "";
        podUid = "";
        var rest = path.AsSpan();
        while (!rest.IsEmpty && podUid.Length == 0)
        {
            var slash = rest.LastIndexOf('/');
            var segment = rest[(slash + 1)..];
            rest = rest[..Math.Max(slash, 0)];
            if (containerId.Length == 0)
            {
                containerId = ContainerOf(segment);
            }

            podUid = PodOf(segment);
        }
    }

    private static string ContainerOf(ReadOnlySpan<char> segment)
    {
        if (segment.EndsWith(".scope", StringComparison.Ordinal))
        {
            segment = segment[..^".scope".Length];
        }

        if (segment.Length < ContainerLength)
        {
            return "";
        }

        var name = segment[^ContainerLength..];
        var before = segment[..^ContainerLength];
        var isId =
            CountHex(name) == ContainerLength
            && (before.IsEmpty || before[^1] is '-' or ':')
            && !before.Contains(Monitor, StringComparison.Ordinal);
        return isId ? new string(name) : "";
    }

    private static string PodOf(ReadOnlySpan<char> segment)
    {
        for (
            int at = 0, next;
            (next = segment[at..].IndexOf(Pod, StringComparison.Ordinal)) >= 0;
            at += next + Pod.Length
        )
        {
            var name = segment[(at + next + Pod.Length)..];
            var before = at + next == 0 ? '-' : segment[at + next - 1];
            if (before == '-' && TryReadUid(name, out var uid))
            {
                return uid;
            }
        }

        return "";
    }

    private static bool TryReadUid(ReadOnlySpan<char> text, out string uid)
    {
        uid = "";
        if (CountHex(text) == UidDigits && EndsAt(text, UidDigits))
        {
            uid = new string(text[..UidDigits]);
            return true;
        }

        if (text.Length < UidLength || !EndsAt(text, UidLength))
        {
            return false;
        }

        for (var i = 0; i < UidLength; i++)
        {
            var isBetween = i is 8 or 13 or 18 or 23;
            if (isBetween ? text[i] is not ('-' or '_') : !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }

        uid = new string(text[..UidLength]).Replace('_', '-');
        return true;
    }

    private static bool EndsAt(ReadOnlySpan<char> text, int length) =>
        text.Length == length || text[length] is '.' or ':';

    private static int CountHex(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && char.IsAsciiHexDigit(text[count]))
        {
            count++;
        }

        return count;
    }
}
