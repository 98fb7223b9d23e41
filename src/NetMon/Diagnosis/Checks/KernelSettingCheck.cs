using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>A setting of the kernel (sysctl) that hurts at some of its values.</summary>
/// <param name="key">Its name.</param>
/// <param name="bad">The values that hurt, and how.</param>
/// <param name="advice">What to do then.</param>
internal sealed class KernelSettingCheck(string key, IReadOnlyDictionary<string, string> bad, string advice)
    : HostCheck($"sysctl {key}")
{
    public static IReadOnlyList<KernelSettingCheck> All { get; } =
    [
        new(
            "net.core.bpf_jit_enable",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["0"] = "programs are interpreted, several times slower",
            },
            "sysctl -w net.core.bpf_jit_enable=1"
        ),
        new(
            "net.core.bpf_jit_harden",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["2"] = "constants of privileged programs are blinded, too: each packet costs more",
            },
            "sysctl -w net.core.bpf_jit_harden=1 suffices where unprivileged BPF is off"
        ),
        new(
            "kernel.bpf_stats_enabled",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["1"] = "the kernel measures each run of each program, some 20 ns a packet",
            },
            "sysctl -w kernel.bpf_stats_enabled=0"
        ),
        new(
            "kernel.kptr_restrict",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["2"] =
                    "the kernel hides its addresses from root, too: where packets are dropped has no name",
            },
            "sysctl -w kernel.kptr_restrict=1"
        ),
    ];

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        // A container may have no /proc/sys of the host's network; then there is nothing to say.
        if (scene.Paths.ReadSetting(key) is { } value)
        {
            yield return bad.TryGetValue(value, out var hurt)
                ? Warn($"{value}: {hurt}", advice)
                : Pass(value);
        }
    }
}
