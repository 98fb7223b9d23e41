using NetMon.Agent.Options;

namespace NetMon.Configuration;

/// <summary>The settings of section state.</summary>
internal static class StateSettings
{
    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<string>(
            "state.directory",
            "--state-dir",
            ValueFormats.Text("directory", 4096),
            o => o.State.Directory,
            (o, value) => o.State.Directory = value,
            "where the agent's lock, socket and ledger are; empty: none"
        )
        {
            Meaning =
                "Where the agent's lock, its socket and its ledger are, for the agent that comes after it. Empty: none of them.",
        },
        new Setting<string>(
            "state.bpf_directory",
            "--bpf-dir",
            ValueFormats.Text("directory", 4096),
            o => o.State.BpfDirectory,
            (o, value) => o.State.BpfDirectory = value,
            "where maps and links are pinned, in a BPF file system; empty: they go with the process"
        )
        {
            Meaning =
                "Where maps and links are pinned, in a BPF file system. Empty: they go with the process.",
        },
        new Setting<StopMode>(
            "state.on_stop",
            "--on-stop",
            ValueFormats.Word(("auto", StopMode.Auto), ("keep", StopMode.Keep), ("detach", StopMode.Detach)),
            o => o.State.OnStop,
            (o, value) => o.State.OnStop = value,
            "whether programs stay attached when the agent stops; auto: after SIGTERM, not after Ctrl-C"
        )
        {
            Meaning =
                "What becomes of the programs when the agent stops. `keep`: they go on counting for the agent that comes next. `detach`: they are removed after the last figures were reported. `auto`: `keep` after SIGTERM, `detach` after Ctrl-C.",
        },
    ];
}
