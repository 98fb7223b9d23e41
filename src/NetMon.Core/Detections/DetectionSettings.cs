namespace NetMon.Core.Detections;

/// <summary>What is looked for, and from where on it is said. What of it can change while they run, <see cref="TakeThresholds"/> says.</summary>
public sealed class DetectionSettings
{
    /// <summary>Whether anything is looked for.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Of whom nothing is said: networks, and workloads as <c>namespace/name</c>, in which the name may be <c>*</c>; a node by its name.</summary>
    public IReadOnlyList<string> Ignore { get; set; } = [];

    /// <summary>Time that an answer may take before a request counts as unanswered.</summary>
    public TimeSpan AnswerWait { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>An event ends after this time without anything new.</summary>
    public TimeSpan Quiet { get; set; } = TimeSpan.FromMinutes(5);

    public PortScanSettings PortScan { get; } = new();

    public SynFloodSettings SynFlood { get; } = new();

    public StormSettings ConnectionStorm { get; } = new();

    public BeaconSettings Beacon { get; } = new();

    public FirstContactSettings FirstContact { get; } = new();

    public VolumeSettings Volume { get; } = new();

    /// <summary>Takes the values of others that can change while the detections run: all but switches, windows, and the time for an answer.</summary>
    internal void TakeThresholds(DetectionSettings other)
    {
        Ignore = other.Ignore;
        Quiet = other.Quiet;
        PortScan.Ports = other.PortScan.Ports;
        PortScan.Destinations = other.PortScan.Destinations;
        PortScan.FailedPercent = other.PortScan.FailedPercent;
        SynFlood.Rate = other.SynFlood.Rate;
        ConnectionStorm.Rate = other.ConnectionStorm.Rate;
        ConnectionStorm.Factor = other.ConnectionStorm.Factor;
        ConnectionStorm.Learning = other.ConnectionStorm.Learning;
        Beacon.Count = other.Beacon.Count;
        Beacon.Duration = other.Beacon.Duration;
        Beacon.ShortestGap = other.Beacon.ShortestGap;
        Beacon.JitterPercent = other.Beacon.JitterPercent;
        Beacon.MaxBytes = other.Beacon.MaxBytes;
        FirstContact.Learning = other.FirstContact.Learning;
        Volume.MinBytes = other.Volume.MinBytes;
        Volume.Factor = other.Volume.Factor;
        Volume.Deviations = other.Volume.Deviations;
        Volume.Hours = other.Volume.Hours;
    }

    /// <summary>Settings of one's own, with the values of these.</summary>
    internal DetectionSettings Copy()
    {
        var copy = new DetectionSettings { Enabled = Enabled, AnswerWait = AnswerWait };
        copy.PortScan.Enabled = PortScan.Enabled;
        copy.PortScan.Window = PortScan.Window;
        copy.SynFlood.Enabled = SynFlood.Enabled;
        copy.ConnectionStorm.Enabled = ConnectionStorm.Enabled;
        copy.Beacon.Enabled = Beacon.Enabled;
        copy.FirstContact.Enabled = FirstContact.Enabled;
        copy.Volume.Enabled = Volume.Enabled;
        copy.TakeThresholds(this);
        return copy;
    }
}

/// <summary>Vertical and horizontal scans.</summary>
public sealed class PortScanSettings
{
    public bool Enabled { get; set; } = true;

    /// <summary>Vertical: different ports of one destination that did not answer.</summary>
    public int Ports { get; set; } = 20;

    /// <summary>Horizontal: different destinations that did not answer at one port.</summary>
    public int Destinations { get; set; } = 30;

    /// <summary>Horizontal: these as a share of all destinations that the source asked at this port, percent.</summary>
    public int FailedPercent { get; set; } = 66;

    /// <summary>The time that both are counted in: half of it at least, all of it at most.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Handshakes that are begun in great number and not completed.</summary>
public sealed class SynFloodSettings
{
    public bool Enabled { get; set; } = true;

    /// <summary>Half-open connections to one port, per second over ten seconds.</summary>
    public int Rate { get; set; } = 100;
}

/// <summary>Connections of one workload, far more than it makes at other times.</summary>
public sealed class StormSettings
{
    public bool Enabled { get; set; } = true;

    /// <summary>Connections per second that are never too many.</summary>
    public int Rate { get; set; } = 250;

    /// <summary>As many times the rate that the workload stayed below for 95 percent of the last hour.</summary>
    public int Factor { get; set; } = 10;

    /// <summary>What has to be known of a workload before anything is said of it.</summary>
    public TimeSpan Learning { get; set; } = TimeSpan.FromMinutes(10);
}

/// <summary>Small flows to one place outside at regular times.</summary>
public sealed class BeaconSettings
{
    public bool Enabled { get; set; }

    /// <summary>Flows at least.</summary>
    public int Count { get; set; } = 16;

    /// <summary>Between the first and the last of them.</summary>
    public TimeSpan Duration { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Flows that follow each other sooner are no beacon's.</summary>
    public TimeSpan ShortestGap { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How far the gaps lie apart: their median absolute deviation, percent of their median.</summary>
    public int JitterPercent { get; set; } = 10;

    /// <summary>Bytes of a flow, both ways, that are not small any more.</summary>
    public int MaxBytes { get; set; } = 65_536;
}

/// <summary>A workload talks to somewhere outside that it never talked to.</summary>
public sealed class FirstContactSettings
{
    public bool Enabled { get; set; }

    /// <summary>Time from the start of the agent, and of the workload, in which everything is new.</summary>
    public TimeSpan Learning { get; set; } = TimeSpan.FromHours(24);
}

/// <summary>A workload sends or receives far more than it used to.</summary>
public sealed class VolumeSettings
{
    public bool Enabled { get; set; } = true;

    /// <summary>Bytes of one workload in one hour and direction that are never too many.</summary>
    public long MinBytes { get; set; } = 1L << 30;

    /// <summary>As many times the median at least.</summary>
    public int Factor { get; set; } = 4;

    /// <summary>As many (normalised) median absolute deviations from the median, on a scale of powers of two.</summary>
    public int Deviations { get; set; } = 6;

    /// <summary>Hours that have to be known of a workload before anything is said of it.</summary>
    public int Hours { get; set; } = 72;
}
