using System.Collections;
using System.Globalization;
using System.Security.Cryptography;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>
/// Another build of netmon, as a version to come could be: records of flows have fields more, others lie elsewhere or are wider, in the kernel's
/// programs and in the agent. Made from a copy of the sources, so that what ships knows nothing of it; once for the same sources.
/// </summary>
internal static class OtherBuild
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    // File, text that is there, and what takes its place: each pair of C and C# is one change.
    private static readonly (string File, string Before, string After)[] Changes =
    [
        // two counts more, before all others
        (
            "bpf/netmon.h",
            "struct flow_traffic {\n\t__u64 packets[2];",
            "struct flow_traffic {\n\t__u64 frames[2];\n\t__u64 packets[2];"
        ),
        (
            "src/NetMon.Bpf/Records/FlowRecord.cs",
            "    public Pair<ulong> Packets;\n",
            "    public Pair<ulong> Frames;\n    public Pair<ulong> Packets;\n"
        ),
        (
            "bpf/lib/flow.h",
            "\t__sync_fetch_and_add(&v->traffic.packets[e], p->packets);\n",
            "\t__sync_fetch_and_add(&v->traffic.frames[e], 1);\n\t__sync_fetch_and_add(&v->traffic.packets[e], p->packets);\n"
        ),
        (
            "bpf/lib/records.h",
            "\t\tr->traffic.packets[e] = take(v->traffic.packets[e]);\n",
            "\t\tr->traffic.frames[e] = take(v->traffic.frames[e]);\n\t\tr->traffic.packets[e] = take(v->traffic.packets[e]);\n"
        ),
        // wider ones
        (
            "bpf/netmon.h",
            "\t__u32 syn_retries;\n\t__u32 icmp_errors;",
            "\t__u64 syn_retries;\n\t__u64 icmp_errors;"
        ),
        (
            "src/NetMon.Bpf/Records/FlowRecord.cs",
            "    public uint SynRetries;\n    public uint IcmpErrors;\n",
            "    public ulong SynRetries;\n    public ulong IcmpErrors;\n"
        ),
        (
            "src/NetMon.Agent/Flows/RecordTranslator.cs",
            "SynRetries = events.SynRetries,\n            IcmpErrors = events.IcmpErrors,\n",
            "SynRetries = (long)events.SynRetries,\n            IcmpErrors = (long)events.IcmpErrors,\n"
        ),
        // and others at another place
        (
            "bpf/netmon.h",
            "\tstruct flow_traffic traffic;\n\tstruct flow_state state;\n\tstruct flow_events events;\n\tstruct flow_handshake handshake;",
            "\tstruct flow_handshake handshake;\n\tstruct flow_events events;\n\tstruct flow_traffic traffic;\n\tstruct flow_state state;"
        ),
        (
            "src/NetMon.Bpf/Records/FlowRecord.cs",
            "    public FlowTraffic Traffic;\n    public FlowStateRecord State;\n    public FlowEvents Events;\n    public FlowHandshake Handshake;\n",
            "    public FlowHandshake Handshake;\n    public FlowEvents Events;\n    public FlowTraffic Traffic;\n    public FlowStateRecord State;\n"
        ),
    ];

    private static readonly Lazy<string> Made = new(Make);

    /// <summary>Its executable; the first use builds it, if what it is made of is not that of the time before.</summary>
    /// <exception cref="LabException">It cannot be built; says why.</exception>
    public static string Executable => Made.Value;

    private static string Make()
    {
        var repository = AgentBinary.RepositoryRoot();
        var folder = Path.Combine(repository, "out/other-layout");
        var executable = Path.Combine(folder, "src/NetMon/bin/Release/net10.0/netmon");
        var stamp = Path.Combine(folder, "stamp");
        var files = Sources(repository).ToDictionary(file => file, file => Read(repository, file));
        foreach (var (file, before, after) in Changes)
        {
            if (!files[file].Contains(before, StringComparison.Ordinal))
            {
                throw new LabException($"{file} has no longer what is to be changed: {before}");
            }

            files[file] = files[file].Replace(before, after, StringComparison.Ordinal);
        }

        var identity = Hash(files);
        if (File.Exists(executable) && File.Exists(stamp) && File.ReadAllText(stamp) == identity)
        {
            return executable;
        }

        Directory.CreateDirectory(folder);
        File.Delete(stamp);
        foreach (var (file, text) in files)
        {
            Write(Path.Combine(folder, file), text);
        }

        Build(folder);
        File.WriteAllText(stamp, identity);
        return executable;
    }

    private static IEnumerable<string> Sources(string repository)
    {
        string[] folders = ["bpf", .. Directory.GetDirectories(Path.Combine(repository, "src"))];
        return folders
            .Select(folder => Path.Combine(repository, folder))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(repository, file))
            .Where(file => !file.Contains("/obj/") && !file.Contains("/bin/"))
            .Append("Directory.Build.props")
            .Append("Directory.Packages.props")
            .Order(StringComparer.Ordinal);
    }

    private static string Read(string repository, string file) =>
        File.ReadAllText(Path.Combine(repository, file));

    // What is the same keeps its time: the compilers pass it over.
    private static void Write(string path, string text)
    {
        if (!File.Exists(path) || File.ReadAllText(path) != text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    private static string Hash(Dictionary<string, string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (file, text) in files)
        {
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{file}\n{text.Length}\n{text}\n"));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    // Without analyzers, which have seen the sources, and without servers that stay behind.
    private static void Build(string folder)
    {
        string[] unset =
        [
            .. Environment
                .GetEnvironmentVariables()
                .Cast<DictionaryEntry>()
                .Select(variable => (string)variable.Key)
                .Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
                .SelectMany(name => (string[])["-u", name]),
        ];
        using var build = LabProcess.Start(
            "env",
            [
                .. unset,
                "MSBUILDDISABLENODEREUSE=1",
                "dotnet",
                "build",
                Path.Combine(folder, "src/NetMon"),
                "-c",
                "Release",
                "-v",
                "quiet",
                "--tl:off",
                "-nodeReuse:false",
                "-p:UseSharedCompilation=false",
                "-p:RunAnalyzers=false",
                "-p:EnforceCodeStyleInBuild=false",
                string.Create(CultureInfo.InvariantCulture, $"-m:{Environment.ProcessorCount}"),
            ]
        );
        build.WaitForExit(Patience);
    }
}
