namespace NetMon.Core.Detections;

/// <summary>What an event is about. Words: <c>vertical-scan</c> and so on.</summary>
public enum DetectionType : byte
{
    VerticalScan,
    HorizontalScan,
    SynFlood,
    ConnectionStorm,
    Beacon,
    FirstContact,
    VolumeAnomaly,
}

/// <summary>How much an event matters if it is what it looks like.</summary>
public enum DetectionSeverity : byte
{
    Low,
    Medium,
    High,
}

/// <summary>The words of events, in JSON, queries and metrics.</summary>
public static class DetectionWords
{
    private static readonly string[] Types =
    [
        "vertical-scan",
        "horizontal-scan",
        "syn-flood",
        "connection-storm",
        "beacon",
        "first-contact",
        "volume-anomaly",
    ];

    private static readonly string[] Severities = ["low", "medium", "high"];
    private static readonly string[] Steps = ["begin", "update", "end"];

    /// <summary>In the order of <see cref="DetectionType"/>.</summary>
    public static IReadOnlyList<string> AllTypes => Types;

    /// <summary>In the order of <see cref="DetectionSeverity"/>.</summary>
    public static IReadOnlyList<string> AllSeverities => Severities;

    /// <summary>In the order of <see cref="Events.SecurityEventStep"/>.</summary>
    public static IReadOnlyList<string> AllSteps => Steps;

    public static string Word(this DetectionType type) => Types[(int)type];

    public static string Word(this DetectionSeverity severity) => Severities[(int)severity];

    public static string Word(this Events.SecurityEventStep step) => Steps[(int)step];
}
