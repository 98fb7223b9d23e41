using System.Text.Json;
using System.Text.Json.Serialization;

namespace NetMon.Testing.Captures;

/// <summary>
/// The folder of recorded traffic with ground truth. It is no part of the repository: found through the environment variable
/// NETMON_CAPTURES (empty: look nowhere), or as <c>shared/captures</c> beside any folder above the running test.
/// </summary>
public sealed class CaptureFolder
{
    public const string Variable = "NETMON_CAPTURES";
    public const string AbsentReason =
        "no captures: set NETMON_CAPTURES, or put them in shared/captures beside the repository";

    private static readonly Lazy<CaptureFolder?> _instance = new(Find);

    private CaptureFolder(string path, IReadOnlyList<CaptureEntry> captures)
    {
        Path = path;
        Captures = captures;
    }

    /// <summary>Null where the machine has none; skip then with <see cref="AbsentReason"/>.</summary>
    public static CaptureFolder? Instance => _instance.Value;

    public string Path { get; }

    public IReadOnlyList<CaptureEntry> Captures { get; }

    public string FileOf(CaptureEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return System.IO.Path.Combine(Path, entry.File);
    }

    public IReadOnlyList<CapturedPacket> Read(CaptureEntry entry) => CaptureFile.Read(FileOf(entry));

    public CaptureTruth Truth(CaptureEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return Parse<CaptureTruth>(System.IO.Path.Combine(Path, entry.Truth));
    }

    private static CaptureFolder? Find()
    {
        var path = Environment.GetEnvironmentVariable(Variable) ?? FindAbove(AppContext.BaseDirectory);
        if (string.IsNullOrEmpty(path))
        {
            return null;
        }

        var manifest = Parse<CaptureManifest>(System.IO.Path.Combine(path, "MANIFEST.json"));
        return new CaptureFolder(path, manifest.Captures);
    }

    // A checkout is often a git worktree that lives elsewhere: then its main checkout's neighbours count too.
    private static string? FindAbove(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", "captures");
            if (File.Exists(System.IO.Path.Combine(candidate, "MANIFEST.json")))
            {
                return candidate;
            }

            var git = System.IO.Path.Combine(folder.FullName, ".git");
            if (File.Exists(git) && MainCheckout(git) is { } main)
            {
                return FindAbove(main);
            }
        }

        return null;
    }

    // "gitdir: MAIN/.git/worktrees/NAME"
    private static string? MainCheckout(string gitFile)
    {
        var text = File.ReadAllText(gitFile).Trim();
        var end = text.IndexOf("/.git/worktrees/", StringComparison.Ordinal);
        return text.StartsWith("gitdir: ", StringComparison.Ordinal) && end > 0 ? text[8..end] : null;
    }

    private static T Parse<T>(string path) =>
        JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), CaptureJson.Options)
        ?? throw new InvalidDataException($"{path} is empty");
}

/// <summary>One capture as the manifest lists it; paths are relative to the folder.</summary>
public sealed record CaptureEntry(string Name, string Category, string File, string Truth, int Packets)
{
    public override string ToString() => Name;
}

internal sealed record CaptureManifest(IReadOnlyList<CaptureEntry> Captures);

internal static class CaptureJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };
}
