using NetMon.Agent.Options;

namespace NetMon.Configuration;

/// <summary>The settings of section capture.</summary>
internal static class CaptureSettings
{
    private const int MaxGlobs = 64;

    private static readonly ValueFormat<AttachMode> Attach = ValueFormats.Word(
        ("auto", AttachMode.Auto),
        ("tcx", AttachMode.Tcx),
        ("clsact", AttachMode.Clsact)
    );

    public static IEnumerable<Setting> All { get; } =
    [
        new ListSetting<string>(
            "capture.interfaces",
            "--interface",
            ValueFormats.InterfaceGlob,
            MaxGlobs,
            o => o.Capture.Interfaces,
            (o, value) => o.Capture.Interfaces = value,
            "interface to observe, * and ? match; if none is given: uplinks, and interfaces of pods and containers"
        )
        {
            IsLive = true,
            Meaning =
                "Interfaces to observe. Empty: every interface that is up and is a pod's or container's (its peer is in another network namespace) or an uplink (it carries a default route or an address of the node).",
        },
        new ListSetting<string>(
            "capture.exclude",
            "--exclude-interface",
            ValueFormats.InterfaceGlob,
            MaxGlobs,
            o => o.Capture.Exclude,
            (o, value) => o.Capture.Exclude = value,
            "interface never to observe, * and ? match"
        )
        {
            IsLive = true,
            Meaning = "Interfaces never to observe; stronger than `capture.interfaces`.",
        },
        new Setting<AttachMode>(
            "capture.attach",
            "--attach",
            Attach,
            o => o.Capture.Attach,
            (o, value) => o.Capture.Attach = value,
            "how programs are attached; auto is tcx where the kernel has it, else clsact"
        )
        {
            Meaning =
                "How programs are attached to an interface. `auto`: TCX links where the kernel has them (Linux 6.6), else filters on a clsact qdisc; found out by trying. `tcx` fails where there is no TCX; `clsact` is used also where there is.",
        },
        .. SamplingSettings.All,
    ];
}
