using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Sockets;

/// <summary>The network namespace that the agent is in, as the socket programs name it.</summary>
public static unsafe class OwnNamespace
{
    private const int AF_INET = 2;

    /// <summary>Its cookie; before Linux 5.12 its inode. 0 if the kernel tells neither.</summary>
    public static ulong Read()
    {
        using var socket = Libc.socket(AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        ulong cookie = 0;
        uint length = sizeof(ulong);
        if (
            !socket.IsInvalid
            && Libc.getsockopt(socket, Libc.SOL_SOCKET, Libc.SO_NETNS_COOKIE, &cookie, &length) == 0
        )
        {
            return cookie;
        }

        // "net:[4026531840]"
        var name = new FileInfo("/proc/self/ns/net").LinkTarget ?? "";
        return ulong.TryParse(name.AsSpan(Math.Min(5, name.Length)).TrimEnd(']'), out var inode) ? inode : 0;
    }
}
