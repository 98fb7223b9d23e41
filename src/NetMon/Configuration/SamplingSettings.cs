using NetMon.Agent.Options;
using NetMon.Bpf;

namespace NetMon.Configuration;

/// <summary>The settings of section capture that are about counting a part of the flows.</summary>
internal static class SamplingSettings
{
    // A hundred cores: a slip of the pen.
    private const int MaxBudget = 10_000;

    private static readonly ValueFormat<int> Rate = ValueFormats.Whole("number", 1, FlowSample.MaxRate);

    public static IEnumerable<Setting> All { get; } =
    [
        new Setting<int>(
            "capture.sampling_rate",
            "--sampling-rate",
            Rate,
            o => o.Capture.SamplingRate,
            (o, value) => o.Capture.SamplingRate = value,
            "one flow of so many is counted, and stands for them; 1: each"
        )
        {
            IsLive = true,
            ShortVariable = "NETMON_SAMPLING_RATE",
            Meaning =
                "One flow of so many is counted, and its figures stand for as many ([sampling.md](sampling.md): how exact that is). `1`: each flow. All agents of a cluster need the same rate to see the same flows.",
        },
        new Setting<bool>(
            "capture.adaptive_sampling.enabled",
            "--adaptive-sampling",
            ValueFormats.Word(("true", true), ("false", false)),
            o => o.Capture.AdaptiveSampling.Enabled,
            (o, value) => o.Capture.AdaptiveSampling.Enabled = value,
            "raise the sampling rate while counting takes more CPU time than the budget"
        )
        {
            IsLive = true,
            Meaning =
                "Whether the sampling rate is doubled, as often as it takes, while counting costs more CPU time than `cpu_budget`, and halved again when there is room. It never falls below `capture.sampling_rate`. Each change is in the log and in `netmon_sampling_rate_changes_total`.",
        },
        new Setting<int>(
            "capture.adaptive_sampling.cpu_budget",
            "--sampling-cpu-budget",
            ValueFormats.Whole("number", 1, MaxBudget),
            o => o.Capture.AdaptiveSampling.CpuBudget,
            (o, value) => o.Capture.AdaptiveSampling.CpuBudget = value,
            "CPU time that counting may take, percent of one core"
        )
        {
            IsLive = true,
            Meaning =
                "CPU time of the agent and its packet programs that the adaptive mode keeps, percent of one core. The programs' part is known only with CAP_SYS_ADMIN; without, it is not in the figure.",
        },
        new Setting<int>(
            "capture.adaptive_sampling.max_rate",
            "--sampling-max-rate",
            Rate,
            o => o.Capture.AdaptiveSampling.MaxRate,
            (o, value) => o.Capture.AdaptiveSampling.MaxRate = value,
            "the largest sampling rate that the adaptive mode may choose"
        )
        {
            IsLive = true,
            Meaning =
                "The largest sampling rate that the adaptive mode may choose. Where that does not keep the budget, the log says so.",
        },
    ];
}
