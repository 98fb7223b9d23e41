using NetMon.Fuzz.Decoders;

namespace NetMon.Fuzz;

/// <summary>Everything that reads bytes from outside.</summary>
internal static class DecoderTable
{
    private static readonly (string Name, Func<string, Decoder> Make)[] All =
    [
        .. NetlinkDecoders.All,
        .. RecordDecoders.All,
        .. KernelTextDecoders.All,
        .. KubernetesDecoders.All,
        .. ConfigurationDecoders.All,
        .. RequestDecoders.All,
        .. BodyDecoders.All,
        .. ClientDecoders.All,
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(one => one.Name)];

    public static Decoder Find(string name) => Array.Find(All, one => one.Name == name).Make(name);
}
