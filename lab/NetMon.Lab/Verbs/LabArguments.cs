using System.Globalization;
using NetMon.Lab.Network;
using NetMon.Lab.Proxy;

namespace NetMon.Lab.Verbs;

/// <summary>What was typed after a verb.</summary>
internal sealed record LabArguments
{
    public const string Help = """
          --mode MODE     flannel (bridge and VXLAN), calico (routed links, no bridge), hostgw (bridge and routes),
                          or all, one after the other (--check); default flannel, with --check all
          --proxy KIND    services by nftables or iptables; default nftables
          --nodes N       default 3
          --pods M        of the shop; default 9, which is also the least
          --only NAME     of the faults (repeatable); default all
        """;

    private const int MaxNodes = 20;

    public IReadOnlyList<NetworkMode> Modes { get; private init; } = [];

    public ProxyMode? Proxy { get; private init; }

    public int Nodes { get; private init; } = 3;

    /// <summary>Of the shop; 0: as many as it needs.</summary>
    public int Pods { get; private init; }

    /// <summary>Names of faults; none: all.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    /// <exception cref="FormatException">Says what is wrong.</exception>
    public static LabArguments Parse(IReadOnlyList<string> arguments)
    {
        var parsed = new LabArguments();
        for (var at = 0; at < arguments.Count; at += 2)
        {
            var name = arguments[at];
            var value =
                at + 1 < arguments.Count
                    ? arguments[at + 1]
                    : throw new FormatException($"{name} needs a value");
            parsed = name switch
            {
                "--mode" => parsed with { Modes = ModesOf(value) },
                "--proxy" => parsed with { Proxy = ProxyOf(value) },
                "--nodes" => parsed with { Nodes = Number(name, value, 1, MaxNodes) },
                "--pods" => parsed with { Pods = Number(name, value, 0, 500) },
                "--only" => parsed with { Only = [.. parsed.Only, value] },
                _ => throw new FormatException($"unknown option {name}"),
            };
        }

        return parsed;
    }

    private static IReadOnlyList<NetworkMode> ModesOf(string word) =>
        word == "all" ? NetworkModes.All
        : NetworkModes.Parse(word) is { } mode ? [mode]
        : throw new FormatException($"--mode {word}: none of flannel, calico, hostgw, all");

    private static ProxyMode ProxyOf(string word) =>
        word switch
        {
            "nftables" => ProxyMode.Nftables,
            "iptables" => ProxyMode.Iptables,
            _ => throw new FormatException($"--proxy {word}: neither nftables nor iptables"),
        };

    private static int Number(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= least
        && number <= most
            ? number
            : throw new FormatException($"{name} {value}: not from {least} to {most}");
}
