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
        ),
        new Setting<string>(
            "state.bpf_directory",
            "--bpf-dir",
            ValueFormats.Text("directory", 4096),
            o => o.State.BpfDirectory,
            (o, value) => o.State.BpfDirectory = value,
            "where maps and links are pinned, in a BPF file system; empty: they go with the process"
        ),
        new Setting<StopMode>(
            "state.on_stop",
            "--on-stop",
            ValueFormats.Word(("auto", StopMode.Auto), ("keep", StopMode.Keep), ("detach", StopMode.Detach)),
            o => o.State.OnStop,
            (o, value) => o.State.OnStop = value,
            "whether programs stay attached when the agent stops; auto: after SIGTERM, not after Ctrl-C"
        ),
    ];
}
