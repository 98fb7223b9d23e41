namespace NetMon.Agent.Options;

/// <summary>Where packets are observed.</summary>
public sealed class CaptureOptions
{
    /// <summary>
    /// Names of the interfaces to observe; <c>*</c> and <c>?</c> are wildcards. Empty: every interface that is up and is
    /// either a pod's or container's (its peer is in another network namespace) or an uplink.
    /// </summary>
    public IReadOnlyList<string> Interfaces { get; set; } = [];

    /// <summary>Names of interfaces never to observe, with the same wildcards; stronger than <see cref="Interfaces"/>.</summary>
    public IReadOnlyList<string> Exclude { get; set; } = [];

    /// <summary>How programs are attached to an interface.</summary>
    public AttachMode Attach { get; set; } = AttachMode.Auto;

    /// <summary>One flow of so many is counted, and its figures stand for as many. 1: each.</summary>
    public int SamplingRate { get; set; } = 1;

    public AdaptiveSamplingOptions AdaptiveSampling { get; } = new();
}

public enum AttachMode
{
    /// <summary>TCX links where the kernel has them, else clsact filters. Found by trying.</summary>
    Auto,

    /// <summary>TCX links only (Linux 6.6); an error where the kernel has none.</summary>
    Tcx,

    /// <summary>Direct-action filters on a clsact qdisc, also where the kernel has TCX.</summary>
    Clsact,
}
