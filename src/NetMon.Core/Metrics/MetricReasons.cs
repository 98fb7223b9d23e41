namespace NetMon.Core.Metrics;

/// <summary>Values of the label reason, by instrument; <c>docs/metrics.md</c> says what each means.</summary>
public static class MetricReasons
{
    /// <summary><see cref="Instruments.EventsDropped"/>.</summary>
    public const string MapFull = "map_full";
    public const string MapFailed = "map_failed";
    public const string Race = "race";
    public const string DeleteFailed = "delete_failed";
    public const string FragmentMapFailed = "fragment_map_failed";
    public const string BadRecord = "bad_record";

    /// <summary><see cref="Instruments.PacketsUncounted"/>.</summary>
    public const string Malformed = "malformed";
    public const string Arp = "arp";
    public const string NonIp = "non_ip";
    public const string Skipped = "skipped";
    public const string Translated = "translated";

    /// <summary><see cref="Instruments.ObserverChanges"/>.</summary>
    public const string Handover = "handover";
    public const string Takeover = "takeover";

    /// <summary><see cref="Instruments.RecordsUntracked"/>.</summary>
    public const string Late = "late";
    public const string TableFull = "table_full";

    /// <summary><see cref="Instruments.DetectionLost"/>.</summary>
    public const string Queue = "queue";
    public const string Examination = "examination";
    public const string Evicted = "evicted";
    public const string Workload = "workload";

    /// <summary><see cref="Instruments.SecurityEventsLost"/>.</summary>
    public const string TooMany = "too_many";
    public const string Displaced = "displaced";
}
