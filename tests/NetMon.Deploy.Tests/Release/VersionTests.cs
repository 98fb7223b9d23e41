using NetMon.Deploy.Tests.Manifests;
using NetMon.Lab.Machines;
using NetMon.Testing.Namespaces;

namespace NetMon.Deploy.Tests.Release;

/// <summary>The version that deploy/version finds in a repository.</summary>
public sealed class VersionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("netmon-version-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public void It_is_that_of_the_tag_or_one_between_the_tag_before_and_the_next()
    {
        Skip.IfNot(Command.Exists("git"), "git is not installed");
        Directory.CreateDirectory(Path.Combine(_folder, "deploy"));
        // By another process: what this one has open for writing, a program that another test starts meanwhile has open for a moment
        // too, and nobody can run it (ETXTBSY).
        Command.Run("cp", Path.Combine(Rendering.Root, "deploy/version"), Path.Combine(_folder, "deploy"));
        Assert.Equal("0.1.0-dev", Version());
        Git("init", "-q");
        Git("add", "-A");
        Commit();
        Assert.Equal("0.1.0-dev.1", Version());
        Git("tag", "v1.2.3");
        Assert.Equal("1.2.3", Version());
        Assert.Equal("1.2.3", Version("--debian"));
        Commit();
        Commit();
        Assert.Equal("1.2.4-dev.2", Version());
        Assert.Equal("1.2.4~dev.2", Version("--debian"));
        Git("tag", "v2.0.0-rc.1");
        Assert.Equal("2.0.0-rc.1", Version());
        Command.Run("sh", "-c", $"echo >>'{_folder}/deploy/version'");
        Assert.Equal("2.0.0-dev.0.dirty", Version());
        Assert.Equal("1700000000", Version("--epoch"));
    }

    private string Version(params string[] arguments) =>
        Command
            .Run(
                "env",
                [
                    "GIT_CEILING_DIRECTORIES=" + Path.GetDirectoryName(_folder),
                    Path.Combine(_folder, "deploy/version"),
                    .. arguments,
                ]
            )
            .Trim();

    private void Commit() =>
        Command.Run(
            "env",
            "GIT_COMMITTER_DATE=@1700000000 +0000",
            "git",
            "-C",
            _folder,
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "a"
        );

    private void Git(params string[] arguments) => Command.Run("git", ["-C", _folder, .. arguments]);
}
