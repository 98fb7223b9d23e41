using System.Text;

namespace NetMon.Fuzz.Decoders;

/// <summary>The inputs to begin with: what kernels, API servers and agents have said.</summary>
internal static class Seeds
{
    public static IReadOnlyList<byte[]> File(params string[] names) => [.. names.Select(Read)];

    /// <summary>A seed a line.</summary>
    public static IReadOnlyList<byte[]> Lines(string name) =>
        [
            .. Encoding
                .UTF8.GetString(Read(name))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(Encoding.UTF8.GetBytes),
        ];

    /// <summary>Messages of netlink without their header, of one kind.</summary>
    public static IReadOnlyList<byte[]> Netlink(string kind) =>
        [
            .. Lines("netlink.txt")
                .Select(line => Encoding.UTF8.GetString(line).Split(' '))
                .Where(words => words[0] == kind)
                .Select(words => Convert.FromHexString(words[1])),
        ];

    public static IReadOnlyList<byte[]> Words(string words) =>
        [.. words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];

    private static byte[] Read(string name)
    {
        using var from =
            typeof(Seeds).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"there is no {name}");
        var bytes = new byte[from.Length];
        from.ReadExactly(bytes);
        return bytes;
    }
}
