using NetMon.Configuration;
using NetMon.Kubernetes.Client;

namespace NetMon.Fuzz.Decoders;

/// <summary>Files that a person writes: a bad one is refused with its place.</summary>
internal static class ConfigurationDecoders
{
    private static readonly IReadOnlyList<byte[]> Words =
    [
        .. Seeds.Words(
            "- : ? | > & * ! !!str !<tag:x> %YAML --- ... [ ] { } , # ' \" &a *a <<: |2 >- @ ` ~ null 0x1f .inf 5s 1m30s 16MiB"
        ),
        .. Seeds.Words(
            "clusters: users: contexts: name: cluster: user: exec: server: token: certificate-authority-data: extensions:"
        ),
        .. Seeds.Words(
            "flow: api: capture: interfaces: interval: kubernetes: features: export: resources: log:"
        ),
        "\n"u8.ToArray(),
        "\n  - "u8.ToArray(),
        "\n\t"u8.ToArray(),
    ];

    public static IReadOnlyList<(string Name, Func<string, Decoder> Make)> All { get; } =
    [("settings", Settings), ("kubeconfig", Kubeconfigs)];

    private static Decoder Settings(string name) =>
        new(
            name,
            "the agent's settings",
            Seeds.File("settings-1.yaml", "settings-2.yaml"),
            () =>
            {
                var file = new InputFile();
                return input =>
                {
                    var errors = new List<ConfigurationError>();
                    var options = AgentConfiguration.Load(file.Write(input), [], errors);
                    BrokenException.Unless(
                        options is null == errors.Count > 0,
                        "options with errors, or neither"
                    );
                    return options is not null;
                };
            }
        )
        {
            Words = Words,
            // Every error names a key, and looks for one that is near.
            Allocation = (2 * 1024 * 1024, 4096),
        };

    private static Decoder Kubeconfigs(string name) =>
        new(
            name,
            "kubeconfig",
            Seeds.File("kubeconfig-1.yaml", "kubeconfig-2.yaml"),
            () =>
            {
                var file = new InputFile();
                var choice = new ClusterChoice { Environment = _ => null };
                return input =>
                {
                    try
                    {
                        _ = Kubeconfig.Load([file.Write(input)]).Resolve(choice);
                        return true;
                    }
                    catch (ClusterConfigurationException)
                    {
                        return false;
                    }
                };
            }
        )
        {
            Words = Words,
            Allocation = (2 * 1024 * 1024, 4096),
        };

    /// <summary>A file in memory, whose content changes.</summary>
    private sealed class InputFile
    {
        private readonly string _path = Path.Combine(
            "/dev/shm",
            $"netmon-fuzz-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}"
        );

        public string Write(ReadOnlySpan<byte> input)
        {
            File.WriteAllBytes(_path, input);
            return _path;
        }
    }
}
