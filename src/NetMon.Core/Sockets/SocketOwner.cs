namespace NetMon.Core.Sockets;

/// <summary>The process that owns a local socket. One object for each process and command, shared by its flows.</summary>
/// <param name="ProcessId">In the root pid namespace (of a thread group).</param>
/// <param name="Command">As in /proc/PID/comm: 15 bytes at most.</param>
/// <param name="CgroupPath">In the cgroup v2 hierarchy, or the v1 hierarchy that has it; empty if not known.</param>
/// <param name="ContainerId">64 hexadecimal digits; empty if it is in no container, or not known.</param>
/// <param name="PodUid">As in the pod's metadata; empty if it is in no pod, or not known.</param>
public sealed record SocketOwner(
    int ProcessId,
    string Command,
    string CgroupPath,
    string ContainerId,
    string PodUid
);
