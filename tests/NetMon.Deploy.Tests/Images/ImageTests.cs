using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Images;

[Collection(ImageFiles.Name)]
public sealed class ImageTests(ImageFiles files)
{
    [SkippableFact]
    public void Buildah_builds_it_from_local_files_and_netmon_starts_in_it()
    {
        files.RequireGathered();
        Skip.IfNot(Command.Exists("buildah"), "buildah is not installed");
        var store = Directory.CreateTempSubdirectory("netmon-buildah-").FullName;
        string Buildah(params string[] arguments) =>
            Command.Run(
                "buildah",
                [
                    "--root",
                    $"{store}/root",
                    "--runroot",
                    $"{store}/run",
                    "--storage-driver",
                    "vfs",
                    .. arguments,
                ]
            );
        try
        {
            Buildah(
                "build",
                "--isolation",
                "chroot",
                "--pull-never",
                "-f",
                Path.Combine(Rendering.Root, "deploy/Containerfile"),
                "-t",
                "netmon:test",
                Rendering.Root
            );
            var container = Buildah("from", "--pull-never", "netmon:test").Trim();
            var version = Buildah("run", "--isolation", "chroot", container, "--", "netmon", "version");
            Assert.StartsWith("netmon ", version);
            var help = Buildah("run", "--isolation", "chroot", container, "--", "netmon", "agent", "--help");
            Assert.Contains("--config", help);
            var described = Buildah("inspect", "--type", "image", "netmon:test");
            Assert.Contains("/usr/bin/netmon", described);
            Buildah("rm", container);
            Buildah("rmi", "netmon:test");
        }
        finally
        {
            Directory.Delete(store, recursive: true);
        }
    }

    [SkippableFact]
    public void It_has_netmon_the_libraries_it_needs_and_their_terms_and_nothing_else()
    {
        files.RequireGathered();
        var programs = Directory
            .EnumerateFiles(ImageFiles.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(ImageFiles.Folder, file))
            .Where(file =>
                !file.Contains(".so.", StringComparison.Ordinal)
                && !file.EndsWith("/copyright", StringComparison.Ordinal)
            );
        Assert.Equal(["usr/bin/netmon"], programs);
    }
}
