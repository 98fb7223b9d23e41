using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using NetMon.Client;

namespace NetMon.Support;

/// <summary>A file that was collected.</summary>
internal readonly record struct CollectedFile(string Name, byte[] Content);

/// <summary>Something that could not be collected, and why.</summary>
internal readonly record struct MissingFile(string Name, string Reason);

/// <summary>What helps others to find out what is wrong: collected, freed of secrets, anonymised if wanted, and packed.</summary>
internal sealed partial class SupportBundle
{
    /// <summary>The list of what is inside.</summary>
    public const string Manifest = "MANIFEST";

    private const int LongestReason = 300;

    private readonly List<CollectedFile> _files = [];
    private readonly List<MissingFile> _missing = [];

    public IReadOnlyList<CollectedFile> Files => _files;

    public IReadOnlyList<MissingFile> Missing => _missing;

    /// <summary>Collects what can be had.</summary>
    /// <param name="anonymise">Replace addresses.</param>
    /// <param name="anonymiseNames">Replace names of nodes, pods, workloads and namespaces, too.</param>
    public static async Task<SupportBundle> CollectAsync(
        SupportScene scene,
        bool anonymise,
        bool anonymiseNames,
        CancellationToken cancellation
    )
    {
        var bundle = new SupportBundle();
        var texts = new List<(string Name, string Text)>();
        foreach (var item in SupportItems.All)
        {
            try
            {
                texts.Add((item.Name, await item.Collect(scene, cancellation)));
            }
#pragma warning disable CA1031 // What cannot be had must not keep the rest from being had.
            catch (Exception error) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                var reason = error.Message.Split('\n')[0];
                bundle._missing.Add(
                    new(item.Name, reason.Length > LongestReason ? reason[..LongestReason] : reason)
                );
            }
        }

        var anonymiser =
            anonymise || anonymiseNames
                ? new Anonymiser(anonymiseNames ? NamesIn(texts, scene.Names) : [])
                : null;
        foreach (var (name, text) in texts)
        {
            try
            {
                var clean = Secrets.Remove(text);
                clean = anonymiser?.Apply(clean) ?? clean;
                bundle._files.Add(new(name, Encoding.UTF8.GetBytes(clean)));
            }
            catch (RegexMatchTimeoutException)
            {
                bundle._missing.Add(new(name, "it could not be searched for secrets in time"));
            }
        }

        for (var i = 0; i < bundle._missing.Count; i++)
        {
            var (name, reason) = bundle._missing[i];
            bundle._missing[i] = new(name, anonymiser?.Apply(reason) ?? reason);
        }

        return bundle;
    }

    /// <summary>Packs it: the list first, then the files.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="root">The directory that it unpacks to.</param>
    /// <param name="now">The files' time.</param>
    public void Write(Stream output, string root, DateTimeOffset now)
    {
        using var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        using var tar = new TarWriter(gzip, TarEntryFormat.Ustar);
        Add(tar, $"{root}/{Manifest}", Encoding.UTF8.GetBytes(List()), now);
        foreach (var file in _files)
        {
            Add(tar, $"{root}/{file.Name}", file.Content, now);
        }
    }

    /// <summary>A line for each file, as sha256sum writes them, with the size; then what is missing.</summary>
    public string List()
    {
        var text = new StringBuilder("# sha256, bytes, file\n");
        foreach (var file in _files)
        {
            text.Append(
                $"{Convert.ToHexStringLower(SHA256.HashData(file.Content))} {file.Content.Length, 9}  {file.Name}\n"
            );
        }

        foreach (var (name, reason) in _missing)
        {
            text.Append($"# missing: {name}: {reason}\n");
        }

        return text.ToString();
    }

    /// <summary>Values of labels that are names, this host's name, and what is told to be names.</summary>
    private static HashSet<string> NamesIn(List<(string Name, string Text)> texts, IEnumerable<string> told)
    {
        var names = new HashSet<string>(told, StringComparer.Ordinal) { Environment.MachineName };
        foreach (var (_, text) in texts)
        {
            foreach (Match match in UnreadableObject().Matches(text))
            {
                names.UnionWith(match.Groups["name"].Captures.Select(capture => capture.Value));
            }

            foreach (Match match in NameLabel().Matches(text))
            {
                names.Add(match.Groups["name"].Value);
            }
        }

        names.ExceptWith(["other", "unknown", "none", "external", "localhost", "netmon", "node", "host"]);
        return names;
    }

    private static void Add(TarWriter tar, string name, byte[] content, DateTimeOffset now)
    {
        using var data = new MemoryStream(content, writable: false);
        tar.WriteEntry(
            new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = data,
                ModificationTime = now,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
    }

    // What the log says of objects that the agent cannot read, and so does not know.
    [GeneratedRegex(
        @"[a-z]+: (?:(?<name>[A-Za-z0-9][A-Za-z0-9.-]{0,252})/)?(?<name>[A-Za-z0-9][A-Za-z0-9.-]{0,252}) cannot be read and is left out",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex UnreadableObject();

    // Labels of metrics, and members of JSON.
    [GeneratedRegex(
        @"(?:[a-z_]*(?:namespace|workload|pod|node|service|zone))""?\s*[=:]\s*""(?<name>[A-Za-z0-9][A-Za-z0-9._-]{2,252})""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex NameLabel();
}
