using System.Diagnostics;
using System.Text.Json.Nodes;
using NetMon.Lab.Agents;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Manifests;

/// <summary>Renders the manifests with kubectl's kustomize, and the chart with Helm's template language.</summary>
internal static class Rendering
{
    private static readonly Lazy<string> ChartRenderer = new(BuildRenderer);

    public static string Root { get; } = AgentBinary.RepositoryRoot();

    public static string Manifests => Path.Combine(Root, "deploy/manifests");

    public static string Chart => Path.Combine(Root, "deploy/helm/netmon");

    /// <param name="component">Folder under components; null: none.</param>
    /// <returns>YAML.</returns>
    public static string Kustomize(string? component = null)
    {
        Skip.IfNot(Command.Exists("kubectl"), "kubectl is not installed (Debian: kubernetes-client)");
        if (component is null)
        {
            return Command.Run("kubectl", "kustomize", Manifests);
        }

        Skip.If(
            Command
                .Run("kubectl", "version", "--client", "-o", "json")
                .Contains("\"minor\": \"20\"", StringComparison.Ordinal),
            "the kustomize in kubectl 1.20 knows no components"
        );
        var folder = Directory.CreateTempSubdirectory("netmon-kustomize-").FullName;
        try
        {
            var here = Path.GetRelativePath(folder, Manifests);
            File.WriteAllText(
                Path.Combine(folder, "kustomization.yaml"),
                $"""
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources: ["{here}"]
                components: ["{here}/components/{component}"]
                """
            );
            return Command.Run("kubectl", "kustomize", folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="values">YAML, laid over the chart's own.</param>
    /// <returns>YAML.</returns>
    /// <exception cref="InvalidOperationException">The values are refused; says why.</exception>
    public static string Helm(string values)
    {
        Skip.IfNot(Command.Exists("go"), "go is not installed (Debian: golang-go)");
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, values);
            return Command.Run(ChartRenderer.Value, Chart, "netmon", "netmon", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The DaemonSet's container, as kustomize renders it.</summary>
    public static JsonObject Container() =>
        YamlObjects.Parse(Kustomize())["DaemonSet/netmon-agent"]["spec"]!["template"]!["spec"]![
            "containers"
        ]![0]!.AsObject();

    private static string BuildRenderer()
    {
        var output = Path.Combine(AppContext.BaseDirectory, "chart");
        var start = new ProcessStartInfo("go", ["build", "-o", output, "."])
        {
            WorkingDirectory = Path.Combine(Root, "tests/NetMon.Deploy.Tests/chart"),
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        // Debian's Go packages are sources in this path, without modules.
        start.Environment["GO111MODULE"] = "off";
        start.Environment["GOPATH"] = "/usr/share/gocode";
        start.Environment["GOCACHE"] = Path.Combine(AppContext.BaseDirectory, "go-cache");
        using var build = Process.Start(start)!;
        var errors = build.StandardError.ReadToEnd();
        build.WaitForExit();
        return build.ExitCode == 0 ? output : throw new InvalidOperationException($"go build: {errors}");
    }
}
