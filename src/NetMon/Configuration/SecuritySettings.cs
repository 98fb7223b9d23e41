using NetMon.Core.Detections;
using NetMon.Core.Networks;

namespace NetMon.Configuration;

/// <summary>The settings of section features.security_monitoring.</summary>
internal static class SecuritySettings
{
    private const string Section = "features.security_monitoring.";
    private const int MaxIgnored = 4096;
    private const int LongestName = 317; // a namespace, a slash and a name
    private const int MaxRate = 1_000_000;
    private const long MaxBytes = 1L << 50;

    /// <summary>More distinct things than this a bitmap of 256 places does not tell apart well.</summary>
    private const int MaxDistinct = 200;

    private static readonly ValueFormat<string> Ignored = new(
        "CIDR or workload",
        text =>
            Cidr.TryParse(text, out _) ? text
            : text.Length is 0 or > LongestName
            || text.Count(letter => letter == '/') > 1
            || text.Any(letter => char.IsControl(letter) || char.IsWhiteSpace(letter))
                ? new Problem(
                    $"'{text}' is neither a network such as 10.0.0.0/8 nor a workload such as shop/web or shop/*"
                )
            : text,
        value => value
    );

    private static readonly ValueFormat<long> Bytes = new(
        "size",
        text =>
            !Units.Sizes.TryParse(text, out var bytes)
                ? new Problem($"'{text}' is not a size such as 512KiB or 4MiB (units: {Units.Sizes.Names})")
            : bytes > MaxBytes ? new Problem($"{text} is out of range: at most {Units.Sizes.Write(MaxBytes)}")
            : bytes,
        Units.Sizes.Write
    )
    {
        Schema = Units.Sizes.Schema,
    };

    // What is remembered depends on them.
    private static readonly HashSet<string> StartOnly = new(StringComparer.Ordinal)
    {
        "enabled",
        "answer_wait",
        "port_scan.enabled",
        "port_scan.window",
        "syn_flood.enabled",
        "connection_storm.enabled",
        "beacon.enabled",
        "first_contact.enabled",
        "volume.enabled",
    };

    private static readonly ValueFormat<TimeSpan> Learning = ValueFormats.Duration(
        TimeSpan.Zero,
        TimeSpan.FromDays(30)
    );

    public static IEnumerable<Setting> All { get; } =
    [
        Of(
            "enabled",
            "",
            ValueFormats.Switch,
            s => s.Enabled,
            (s, value) => s.Enabled = value,
            "look for what is suspicious",
            "Whether anything suspicious is looked for ([events.md](events.md))."
        ),
        new ListSetting<string>(
            Section + "ignore",
            "--security-ignore",
            Ignored,
            MaxIgnored,
            o => o.SecurityMonitoring.Ignore,
            (o, value) => o.SecurityMonitoring.Ignore = value,
            "network or workload (namespace/name, * for all of a namespace) of which nothing is said"
        )
        {
            IsLive = true,
            Meaning =
                "Of whom nothing is said: networks, and workloads as `namespace/name`, `namespace/*`, or a node by its name.",
        },
        Of(
            "answer_wait",
            "-answer-wait",
            ValueFormats.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            s => s.AnswerWait,
            (s, value) => s.AnswerWait = value,
            "time that an answer may take before a request counts as unanswered",
            "Time that an answer may take before a request counts as unanswered. From `100ms` to `1m`."
        ),
        Of(
            "quiet",
            "-quiet",
            ValueFormats.Duration(TimeSpan.FromSeconds(10), TimeSpan.FromHours(24)),
            s => s.Quiet,
            (s, value) => s.Quiet = value,
            "an event ends after this time without anything new",
            "An event ends after this time without anything new. From `10s` to `24h`."
        ),
        .. PortScan(),
        .. Floods(),
        .. Outside(),
        .. Volume(),
    ];

    private static IEnumerable<Setting> PortScan() =>
        [
            Of(
                "port_scan.enabled",
                "-port-scan",
                ValueFormats.Switch,
                s => s.PortScan.Enabled,
                (s, value) => s.PortScan.Enabled = value,
                "look for vertical and horizontal scans",
                "Whether scans are looked for, vertical and horizontal ones."
            ),
            Of(
                "port_scan.ports",
                "-port-scan-ports",
                ValueFormats.Whole("number", 2, MaxDistinct),
                s => s.PortScan.Ports,
                (s, value) => s.PortScan.Ports = value,
                "ports of one destination that do not answer one source",
                "Vertical: different ports of one destination that do not answer one source. From 2 to 200."
            ),
            Of(
                "port_scan.destinations",
                "-port-scan-destinations",
                ValueFormats.Whole("number", 2, MaxDistinct),
                s => s.PortScan.Destinations,
                (s, value) => s.PortScan.Destinations = value,
                "destinations that do not answer one source at one port",
                "Horizontal: different destinations that do not answer one source at one port. From 2 to 200."
            ),
            Of(
                "port_scan.failed_percent",
                "-port-scan-failed-percent",
                ValueFormats.Whole("number", 0, 100),
                s => s.PortScan.FailedPercent,
                (s, value) => s.PortScan.FailedPercent = value,
                "their share of the destinations that the source asked at this port",
                "Horizontal: their share of all destinations that the source asked at this port, percent."
            ),
            Of(
                "port_scan.window",
                "-port-scan-window",
                ValueFormats.Duration(TimeSpan.FromSeconds(10), TimeSpan.FromHours(24)),
                s => s.PortScan.Window,
                (s, value) => s.PortScan.Window = value,
                "time that ports and destinations are counted in",
                "The time in which they are counted: half of it at least, all of it at most."
            ),
        ];

    private static IEnumerable<Setting> Floods() =>
        [
            Of(
                "syn_flood.enabled",
                "-syn-flood",
                ValueFormats.Switch,
                s => s.SynFlood.Enabled,
                (s, value) => s.SynFlood.Enabled = value,
                "look for SYN floods",
                "Whether SYN floods are looked for."
            ),
            Of(
                "syn_flood.rate",
                "-syn-flood-rate",
                ValueFormats.Whole("number", 1, MaxRate),
                s => s.SynFlood.Rate,
                (s, value) => s.SynFlood.Rate = value,
                "half-open connections to one port, per second",
                "Handshakes with one port that are not completed, per second over 10 s."
            ),
            Of(
                "connection_storm.enabled",
                "-connection-storm",
                ValueFormats.Switch,
                s => s.ConnectionStorm.Enabled,
                (s, value) => s.ConnectionStorm.Enabled = value,
                "look for workloads that make far more connections than usual",
                "Whether workloads are looked for that make far more connections than usual."
            ),
            Of(
                "connection_storm.rate",
                "-connection-storm-rate",
                ValueFormats.Whole("number", 1, MaxRate),
                s => s.ConnectionStorm.Rate,
                (s, value) => s.ConnectionStorm.Rate = value,
                "connections of a workload, per second, that are never too many",
                "Connections of a workload, per second over 10 s, that are never too many."
            ),
            Of(
                "connection_storm.factor",
                "-connection-storm-factor",
                ValueFormats.Whole("number", 1, 1000),
                s => s.ConnectionStorm.Factor,
                (s, value) => s.ConnectionStorm.Factor = value,
                "as many times its usual rate",
                "As many times the rate that the workload did not exceed in 95% of the last hour."
            ),
            Of(
                "connection_storm.learning",
                "-connection-storm-learning",
                ValueFormats.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)),
                s => s.ConnectionStorm.Learning,
                (s, value) => s.ConnectionStorm.Learning = value,
                "what has to be known of a workload first",
                "What has to be known of a workload before it is judged. At most `1h`."
            ),
        ];

    private static IEnumerable<Setting> Outside() =>
        [
            Of(
                "beacon.enabled",
                "-beacon",
                ValueFormats.Switch,
                s => s.Beacon.Enabled,
                (s, value) => s.Beacon.Enabled = value,
                "look for small flows to the outside at regular times",
                "Whether small flows to the outside at regular times are looked for."
            ),
            Of(
                "beacon.count",
                "-beacon-count",
                ValueFormats.Whole("number", 4, 1000),
                s => s.Beacon.Count,
                (s, value) => s.Beacon.Count = value,
                "flows at least",
                "Flows at least."
            ),
            Of(
                "beacon.duration",
                "-beacon-duration",
                Learning,
                s => s.Beacon.Duration,
                (s, value) => s.Beacon.Duration = value,
                "time from the first to the last of them, at least",
                "Time from the first to the last of them, at least."
            ),
            Of(
                "beacon.shortest_gap",
                "-beacon-shortest-gap",
                ValueFormats.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
                s => s.Beacon.ShortestGap,
                (s, value) => s.Beacon.ShortestGap = value,
                "flows that follow each other sooner are no beacon's",
                "Flows that follow each other sooner are no beacon's."
            ),
            Of(
                "beacon.jitter_percent",
                "-beacon-jitter-percent",
                ValueFormats.Whole("number", 0, 100),
                s => s.Beacon.JitterPercent,
                (s, value) => s.Beacon.JitterPercent = value,
                "median deviation of the gaps from their median, at most",
                "Median absolute deviation of the gaps, percent of their median, at most."
            ),
            Of(
                "beacon.max_bytes",
                "-beacon-max-bytes",
                ValueFormats.Whole("number", 1, int.MaxValue),
                s => s.Beacon.MaxBytes,
                (s, value) => s.Beacon.MaxBytes = value,
                "bytes of a flow, both ways, that are still small",
                "Bytes of a flow, both ways, that are still small."
            ),
            Of(
                "first_contact.enabled",
                "-first-contact",
                ValueFormats.Switch,
                s => s.FirstContact.Enabled,
                (s, value) => s.FirstContact.Enabled = value,
                "look for workloads that talk to a network outside for the first time",
                "Whether first contacts of a workload with a network outside are told."
            ),
            Of(
                "first_contact.learning",
                "-first-contact-learning",
                Learning,
                s => s.FirstContact.Learning,
                (s, value) => s.FirstContact.Learning = value,
                "time in which everything is new",
                "Time from when the agent first saw the workload, in which everything is new and nothing told."
            ),
        ];

    private static IEnumerable<Setting> Volume() =>
        [
            Of(
                "volume.enabled",
                "-volume",
                ValueFormats.Switch,
                s => s.Volume.Enabled,
                (s, value) => s.Volume.Enabled = value,
                "look for workloads that send or receive far more than they used to",
                "Whether workloads are looked for that send or receive far more than they used to."
            ),
            Of(
                "volume.min_bytes",
                "-volume-min-bytes",
                Bytes,
                s => s.Volume.MinBytes,
                (s, value) => s.Volume.MinBytes = value,
                "bytes of a workload in an hour that are never too many",
                "Bytes of a workload in an hour, each way, that are never too many."
            ),
            Of(
                "volume.factor",
                "-volume-factor",
                ValueFormats.Whole("number", 1, 1000),
                s => s.Volume.Factor,
                (s, value) => s.Volume.Factor = value,
                "as many times the median of like hours",
                "As many times the median of like hours at least."
            ),
            Of(
                "volume.deviations",
                "-volume-deviations",
                ValueFormats.Whole("number", 1, 100),
                s => s.Volume.Deviations,
                (s, value) => s.Volume.Deviations = value,
                "as many median deviations from it",
                "As many median absolute deviations from it at least, on a scale of powers of two."
            ),
            Of(
                "volume.hours",
                "-volume-hours",
                ValueFormats.Whole("number", 3, 672),
                s => s.Volume.Hours,
                (s, value) => s.Volume.Hours = value,
                "hours that have to be known of a workload first",
                "Hours that have to be known of a workload before it is judged."
            ),
        ];

    private static Setting<T> Of<T>(
        string name,
        string flag,
        ValueFormat<T> format,
        Func<DetectionSettings, T> get,
        Action<DetectionSettings, T> set,
        string summary,
        string meaning
    ) =>
        new(
            Section + name,
            flag.Length == 0 ? "--security-monitoring" : "--security" + flag,
            format,
            o => get(o.SecurityMonitoring),
            (o, value) => set(o.SecurityMonitoring, value),
            summary
        )
        {
            Meaning = meaning,
            IsLive = !StartOnly.Contains(name),
        };
}
