namespace NetMon.Agent.Privileges;

/// <summary>Something that a process may do (capabilities(7)).</summary>
/// <param name="Name">As the manual has it.</param>
/// <param name="Number">The kernel's.</param>
/// <param name="For">What the agent does with it.</param>
/// <param name="IsNeeded">Without it the agent does not start; else something is missing.</param>
public sealed record Capability(string Name, int Number, string For, bool IsNeeded)
{
    private const int SysAdmin = 21;
    private const int NetBindService = 10;

    /// <summary>Everything that the agent has a use for.</summary>
    public static IReadOnlyList<Capability> All { get; } =
    [
        new("CAP_BPF", 39, "load programs and maps", IsNeeded: true),
        new("CAP_PERFMON", 38, "read kernel structures, do arithmetic on packet pointers", IsNeeded: true),
        new(
            "CAP_NET_ADMIN",
            12,
            "attach to interfaces, ask conntrack and for pods' addresses",
            IsNeeded: true
        ),
        new("CAP_SYSLOG", 34, "name the places in the kernel where packets are dropped", IsNeeded: false),
        new(
            "CAP_NET_BROADCAST",
            11,
            "hear at once of address changes behind pods' interfaces",
            IsNeeded: false
        ),
        new("CAP_DAC_READ_SEARCH", 2, "know the containers of processes that end at once", IsNeeded: false),
    ];

    /// <summary>To listen on a port below 1024.</summary>
    public static Capability LowPorts { get; } =
        new("CAP_NET_BIND_SERVICE", NetBindService, "listen on a port below 1024", IsNeeded: false);

    /// <summary>All that there are, by name.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "CHOWN",
        "DAC_OVERRIDE",
        "DAC_READ_SEARCH",
        "FOWNER",
        "FSETID",
        "KILL",
        "SETGID",
        "SETUID",
        "SETPCAP",
        "LINUX_IMMUTABLE",
        "NET_BIND_SERVICE",
        "NET_BROADCAST",
        "NET_ADMIN",
        "NET_RAW",
        "IPC_LOCK",
        "IPC_OWNER",
        "SYS_MODULE",
        "SYS_RAWIO",
        "SYS_CHROOT",
        "SYS_PTRACE",
        "SYS_PACCT",
        "SYS_ADMIN",
        "SYS_BOOT",
        "SYS_NICE",
        "SYS_RESOURCE",
        "SYS_TIME",
        "SYS_TTY_CONFIG",
        "MKNOD",
        "LEASE",
        "AUDIT_WRITE",
        "AUDIT_CONTROL",
        "SETFCAP",
        "MAC_OVERRIDE",
        "MAC_ADMIN",
        "SYSLOG",
        "WAKE_ALARM",
        "BLOCK_SUSPEND",
        "AUDIT_READ",
        "PERFMON",
        "BPF",
        "CHECKPOINT_RESTORE",
    ];

    private ulong Bit => 1ul << Number;

    /// <summary>The set of those with these names, with or without <c>CAP_</c>.</summary>
    public static ulong SetOf(IEnumerable<string> names)
    {
        var set = 0ul;
        foreach (var name in names)
        {
            set |= 1ul << IndexOf(name);
        }

        return set;
    }

    /// <summary>The kernel's number of a name, with or without <c>CAP_</c>, in either case; -1 if it is none's.</summary>
    public static int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        const string Prefix = "CAP_";
        var plain = name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? name[Prefix.Length..]
            : name;
        for (var i = 0; i < Names.Count; i++)
        {
            if (string.Equals(Names[i], plain, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether a set has it. SYS_ADMIN stands for those that were split from it.</summary>
    public bool IsIn(ulong set) =>
        (set & Bit) != 0 || (Name is "CAP_BPF" or "CAP_PERFMON" && (set & (1ul << SysAdmin)) != 0);
}
