using NetMon.Agent.Privileges;

namespace NetMon.Configuration;

/// <summary>The settings of section privileges.</summary>
internal static class PrivilegeSettings
{
    private static readonly ValueFormat<string> Name = new(
        "capability",
        text =>
            Capability.IndexOf(text) is var number and >= 0 ? Capability.Names[number]
            : NearestName.Of(text.ToUpperInvariant(), Capability.Names) is { } nearest
                ? new Problem($"'{text}' is no capability; did you mean {nearest}?")
            : new Problem($"'{text}' is no capability (capabilities(7))"),
        value => value
    );

    public static IEnumerable<Setting> All { get; } =
    [
        new ListSetting<string>(
            "privileges.keep",
            "--keep-capability",
            Name,
            Capability.Names.Count,
            o => o.Privileges.Keep,
            (o, value) => o.Privileges.Keep = value,
            "capability that is not given up at the start, beside those that the agent uses"
        )
        {
            Meaning =
                "Capabilities that are not given up at the start, beside those that the agent has a use for ([security.md](security.md)). `SYS_ADMIN` lets it measure BPF programs for `netmon stats bpf`.",
        },
    ];
}
