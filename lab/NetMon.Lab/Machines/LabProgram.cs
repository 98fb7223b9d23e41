namespace NetMon.Lab.Machines;

/// <summary>How a program of the lab is started: where, as whose, and with what around it.</summary>
public sealed record LabProgram
{
    // Joins the cgroup, gives the program a resolv.conf of its own and sends what it says to a file, each if wanted; then becomes the program.
    private const string Enter = """
        [ -z "$1" ] || echo $$ >"$1/cgroup.procs"
        [ -z "$2" ] || mount --bind "$2" /etc/resolv.conf
        [ -z "$3" ] || exec >>"$3" 2>&1
        shift 3
        exec "$@"
        """;

    public required NetworkNamespace Namespace { get; init; }

    /// <summary>Null: that of the lab's process.</summary>
    public ControlGroup? Cgroup { get; init; }

    /// <summary>A file that takes the place of /etc/resolv.conf; null: none.</summary>
    public string? Resolver { get; init; }

    /// <summary>A file that gets what the program says; null: it is kept in memory.</summary>
    public string? Log { get; init; }

    /// <summary>Beside the environment of the lab's process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    public LabProcess Start(string program, params IEnumerable<string> arguments) =>
        LabProcess.Start(
            "nsenter",
            [
                $"--net={Namespace.Path}",
                // Mounts in it are nobody else's.
                .. Resolver is null ? Array.Empty<string>() : ["unshare", "--mount"],
                "env",
                // Who runs the lab in the background has signals ignored for all that comes from it.
                "--default-signal=HUP,INT,QUIT,TERM",
                .. Environment.Select(variable => $"{variable.Key}={variable.Value}"),
                "sh",
                "-euc",
                Enter,
                "sh",
                Cgroup?.Path ?? "",
                Resolver ?? "",
                Log ?? "",
                program,
                .. arguments,
            ]
        );
}
