using System.Security.Cryptography;
using System.Text.Json.Nodes;
using NetMon.Deploy.Tests.Images;
using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Release;

[Collection(ImageFiles.Name)]
public sealed class ReleaseTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("netmon-release-").FullName;

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [SkippableFact]
    public void The_checksums_are_those_of_all_files()
    {
        var folder = ReleaseFiles.Require();
        var told = File.ReadLines(Path.Combine(folder, "SHA256SUMS"))
            .Select(line => line.Split("  "))
            .ToDictionary(parts => parts[1], parts => parts[0]);
        var files = Directory
            .GetFiles(folder)
            .Select(file => Path.GetFileName(file)!)
            .Where(name => name != "SHA256SUMS");
        Assert.Equal(files.Order(StringComparer.Ordinal), told.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(6, told.Count);
        foreach (var (name, hash) in told)
        {
            using var content = File.OpenRead(Path.Combine(folder, name));
            Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(content)));
        }
    }

    [SkippableFact]
    public void The_tarball_has_the_program_by_its_three_names_a_unit_and_notes()
    {
        Command.Run("tar", "-xzf", ReleaseFiles.File("*-linux-x64.tar.gz"), "-C", _scratch);
        var folder = Assert.Single(Directory.GetDirectories(_scratch));
        Assert.Equal($"netmon-{ReleaseFiles.Version()}", Path.GetFileName(folder));
        string[] expected =
        [
            "INSTALL",
            "LICENSE",
            "THIRD-PARTY-NOTICES",
            "kubectl-netmon",
            "netmon",
            "netmon-cli",
            "netmon.cdx.json",
            "netmon.json",
            "netmon.service",
            "netmon.yaml",
        ];
        Assert.Equal(
            expected,
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        Assert.Equal("netmon", new FileInfo(Path.Combine(folder, "netmon-cli")).LinkTarget);
        Assert.Equal("netmon", new FileInfo(Path.Combine(folder, "kubectl-netmon")).LinkTarget);
        Assert.DoesNotContain("@", File.ReadAllText(Path.Combine(folder, "INSTALL")));
        CheckVersion(Path.Combine(folder, "netmon"));
        CheckUnit(folder);
    }

    [SkippableFact]
    public void The_Debian_package_is_installed_runs_and_goes_without_a_trace()
    {
        var package = ReleaseFiles.File("*.deb");
        var fields = Command.Run("dpkg-deb", "--field", package);
        Assert.Contains("Package: netmon", fields);
        Assert.Contains($"Version: {ReleaseFiles.Version().Replace('-', '~')}", fields);
        Assert.Matches("Depends: libbpf1,", fields);

        // A system of its own, which knows what this one has installed.
        var (root, state) = (Path.Combine(_scratch, "root"), Path.Combine(_scratch, "dpkg"));
        foreach (
            var folder in new[]
            {
                root,
                Path.Combine(state, "updates"),
                Path.Combine(state, "info"),
                Path.Combine(state, "triggers"),
            }
        )
        {
            Directory.CreateDirectory(folder);
        }

        File.Copy("/var/lib/dpkg/status", Path.Combine(state, "status"));
        string Dpkg(params string[] arguments) =>
            Command.Run(
                "dpkg",
                [
                    $"--instdir={root}",
                    $"--admindir={state}",
                    "--force-script-chrootless",
                    "--log=/dev/null",
                    .. arguments,
                ]
            );
        Dpkg("--install", package);
        CheckVersion(Path.Combine(root, "usr/bin/netmon-cli"));
        Assert.Equal("netmon", new FileInfo(Path.Combine(root, "usr/bin/kubectl-netmon")).LinkTarget);
        Assert.True(File.Exists(Path.Combine(root, "lib/systemd/system/netmon.service")));
        Assert.True(File.Exists(Path.Combine(root, "usr/share/doc/netmon/copyright")));
        Assert.Contains("install ok installed", Dpkg("--status", "netmon"));
        Assert.Equal("", Dpkg("--verify", "netmon"));

        Dpkg("--remove", "netmon");
        Assert.Equal(
            [Path.Combine(root, "etc/netmon/netmon.yaml")],
            Directory.GetFiles(root, "*", SearchOption.AllDirectories)
        );
        Dpkg("--purge", "netmon");
        Assert.Empty(Directory.GetFiles(root, "*", SearchOption.AllDirectories));
    }

    [SkippableFact]
    public void The_image_is_an_archive_and_netmon_starts_in_it()
    {
        var archive = ReleaseFiles.File("*-image-amd64.tar");
        string Buildah(params string[] arguments) =>
            Command.Run(
                "buildah",
                [
                    "--root",
                    $"{_scratch}/root",
                    "--runroot",
                    $"{_scratch}/run",
                    "--storage-driver",
                    "vfs",
                    .. arguments,
                ]
            );
        var container = Buildah("from", $"oci-archive:{archive}").Trim().Split('\n')[^1];
        foreach (var name in new[] { "netmon", "netmon-cli", "kubectl-netmon" })
        {
            var version = Buildah("run", "--isolation", "chroot", container, "--", name, "version");
            Assert.StartsWith($"netmon {ReleaseFiles.Version()}\n", version);
        }

        var described = Buildah("inspect", "--type", "container", container);
        Assert.Contains($"\"org.opencontainers.image.version\": \"{ReleaseFiles.Version()}\"", described);
        Buildah("rm", container);
    }

    [SkippableFact]
    public void The_bill_of_materials_names_every_package_with_its_licence_and_what_needs_it()
    {
        var bill = JsonNode.Parse(File.ReadAllText(ReleaseFiles.File("*.cdx.json")))!;
        Assert.Equal("CycloneDX", (string?)bill["bomFormat"]);
        Assert.Equal("1.5", (string?)bill["specVersion"]);
        var serial = (string)bill["serialNumber"]!;
        Assert.StartsWith("urn:uuid:", serial);
        Assert.Equal('8', Guid.Parse(serial["urn:uuid:".Length..]).ToString()[14]);
        Assert.Equal(ReleaseFiles.Version(), (string?)bill["metadata"]!["component"]!["version"]);
        var components = bill["components"]!.AsArray().ToDictionary(one => (string)one!["name"]!);

        // What the project refers to, by its own files.
        var versions = System
            .Xml.Linq.XDocument.Load(Path.Combine(Rendering.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .ToDictionary(one => one.Attribute("Include")!.Value, one => one.Attribute("Version")!.Value);
        var used = Directory
            .GetFiles(Path.Combine(Rendering.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(file => System.Xml.Linq.XDocument.Load(file).Descendants("PackageReference"))
            .Select(one => one.Attribute("Include")!.Value)
            .Distinct();
        foreach (var name in used)
        {
            var component = components[name]!;
            Assert.Equal(versions[name], (string?)component["version"]);
            Assert.NotNull(component["licenses"]);
            Assert.Equal(128, ((string)component["hashes"]![0]!["content"]!).Length);
        }

        Assert.Contains("Microsoft.NETCore.App.Runtime.linux-x64", components.Keys);
        Assert.Equal(Installed("libbpf1"), (string?)components["libbpf1"]!["version"]);
        var known = components
            .Values.Append(bill["metadata"]!["component"])
            .Select(one => (string)one!["bom-ref"]!)
            .ToHashSet();
        foreach (var dependency in bill["dependencies"]!.AsArray())
        {
            Assert.Contains((string)dependency!["ref"]!, known);
            Assert.All(dependency["dependsOn"]!.AsArray(), one => Assert.Contains((string)one!, known));
        }
    }

    [SkippableFact]
    public void Chart_and_manifests_are_of_the_version()
    {
        var version = ReleaseFiles.Version();
        Command.Run("tar", "-xzf", ReleaseFiles.File("netmon-chart-*.tgz"), "-C", _scratch);
        Command.Run("tar", "-xzf", ReleaseFiles.File("netmon-manifests-*.tar.gz"), "-C", _scratch);
        var chart = File.ReadAllText(Path.Combine(_scratch, "netmon/Chart.yaml"));
        Assert.Contains($"\nversion: {version}\nappVersion: {version}\n", chart);
        var manifests = Path.Combine(_scratch, $"netmon-manifests-{version}");
        Assert.Contains(
            $"newTag: {version}",
            File.ReadAllText(Path.Combine(manifests, "kustomization.yaml"))
        );
        Skip.IfNot(Command.Exists("kubectl"), "kubectl is not installed");
        Assert.Contains($"image: netmon:{version}", Command.Run("kubectl", "kustomize", manifests));
    }

    private static string Installed(string package) =>
        Command.Run("dpkg-query", "-W", "-f", "${Version}", $"{package}:amd64");

    private static void CheckVersion(string program)
    {
        var lines = Command.Run(program, "version").Split('\n');
        Assert.Equal($"netmon {ReleaseFiles.Version()}", lines[0]);
        Assert.Equal(
            $"commit {Command.Run("git", "-c", "safe.directory=*", "-C", Rendering.Root, "rev-parse", "HEAD").Trim()}",
            lines[1]
        );
    }

    // The unit names a file that is not there: one that is stands in for it.
    private static void CheckUnit(string folder)
    {
        if (!Command.Exists("systemd-analyze"))
        {
            return;
        }

        var unit = Path.Combine(folder, "netmon.service");
        File.WriteAllText(
            unit,
            File.ReadAllText(unit).Replace("/usr/bin/netmon", Path.Combine(folder, "netmon"))
        );
        Command.Run("systemd-analyze", "verify", "--man=no", unit);
    }
}
