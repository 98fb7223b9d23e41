using NetMon.Bpf.Objects;

namespace NetMon.Bpf;

/// <summary>The programs that see packets, one for each link layer and direction.</summary>
/// <remarks>
/// <code>
///   (1) an object without them makes the maps
///   (2) programs for packets with a link header  |  (3) for those without: each in an object of its own, side by side, with the maps of (1)
/// </code>
/// What the kernel's verifier takes for these four, some 60 ms each, is most of what an agent takes to start.
/// </remarks>
internal static class PacketPrograms
{
    private static readonly string[] WithHeader = ["netmon_l2_in", "netmon_l2_out"];
    private static readonly string[] WithoutHeader = ["netmon_l3_in", "netmon_l3_out"];
    private static readonly string[] Others = ["netmon_sweep", "netmon_drain"];

    public static IReadOnlyList<string> Names { get; } = [.. WithHeader, .. WithoutHeader];

    /// <summary>Leaves them out of the load of an object.</summary>
    public static void LeaveOut(BpfObject bpfObject) // (1)
    {
        foreach (var name in Names)
        {
            bpfObject.LeaveOut(name);
        }
    }

    /// <param name="image">The object.</param>
    /// <param name="maps">Loaded from the same image.</param>
    /// <returns>In the order of <see cref="Names"/>.</returns>
    /// <exception cref="BpfException">The kernel refused one.</exception>
    public static BpfProgram[] Load(byte[] image, BpfObject maps)
    {
        var without = Task.Run(() => Load(image, maps, WithoutHeader, WithHeader)); // (3)
        BpfProgram[] with;
        try
        {
            with = Load(image, maps, WithHeader, WithoutHeader); // (2)
        }
        catch
        {
            // The maps are in use until then.
            _ = Task.WhenAny(without).GetAwaiter().GetResult();
            throw;
        }

        return [.. with, .. without.GetAwaiter().GetResult()];
    }

    /// <exception cref="ArgumentException">There are no programs for such a link layer.</exception>
    public static int IndexOf(LinkLayer link, Hook hook) =>
        link switch
        {
            LinkLayer.Ethernet => hook == Hook.Ingress ? 0 : 1,
            LinkLayer.None => hook == Hook.Ingress ? 2 : 3,
            _ => throw new ArgumentException("there are no programs for this link layer", nameof(link)),
        };

    private static BpfProgram[] Load(byte[] image, BpfObject maps, string[] wanted, string[] unwanted)
    {
        using var bpfObject = BpfObject.Open(image, "netmon"u8);
        foreach (var name in (string[])[.. unwanted, .. Others])
        {
            bpfObject.LeaveOut(name);
        }

        bpfObject.ReuseAll(maps);
        bpfObject.Load();
        return Array.ConvertAll(wanted, bpfObject.TakeProgram);
    }
}
