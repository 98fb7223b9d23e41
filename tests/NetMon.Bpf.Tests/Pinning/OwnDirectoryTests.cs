using System.Diagnostics;
using NetMon.Bpf.Pinning;

namespace NetMon.Bpf.Tests.Pinning;

public sealed class OwnDirectoryTests : IDisposable
{
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111 | UnixFileMode.StickyBit;

    private readonly string _path = Directory.CreateTempSubdirectory("netmon-own-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public void A_directory_of_this_user_that_others_may_not_write_to_is_its_own()
    {
        Assert.Null(OwnDirectory.Problem(_path));
        Assert.Null(OwnDirectory.Problem(Link(_path)));
    }

    [Fact]
    public void One_that_everybody_may_write_to_is_not()
    {
        Directory.CreateDirectory(Child);
        File.SetUnixFileMode(Child, Everybody);

        Assert.Equal("everybody may write to it", OwnDirectory.Problem(Child));
        Assert.Equal("everybody may write to it", OwnDirectory.Problem(Link(Child)));
    }

    [Fact]
    public void An_empty_one_is_taken_and_one_with_files_in_it_is_not()
    {
        Directory.CreateDirectory(Child);
        File.SetUnixFileMode(Child, Everybody);
        Assert.True(OwnDirectory.CanTake(Child));
        Assert.True(OwnDirectory.TryTake(Link(Child)));
        Assert.Null(OwnDirectory.Problem(Child));

        File.SetUnixFileMode(Child, Everybody);
        File.WriteAllText(Path.Combine(Child, "planted"), "");
        Assert.False(OwnDirectory.TryTake(Child));
        Assert.Equal(Everybody, File.GetUnixFileMode(Child));
        Assert.False(OwnDirectory.TryTake(Child + "2"));
    }

    [SkippableFact]
    public void Neither_is_one_of_another_user_nor_a_link_that_such_a_one_made()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "only root gives files away");
        Directory.CreateDirectory(Child);
        var link = Link(_path);
        GiveAway(Child);
        GiveAway(link);

        Assert.Equal("it belongs to user 65534", OwnDirectory.Problem(Child));
        Assert.Equal("it belongs to user 65534", OwnDirectory.Problem(link));
    }

    [Fact]
    public void Neither_is_what_is_no_directory()
    {
        File.WriteAllText(Child, "");

        Assert.Equal("it is no directory", OwnDirectory.Problem(Child));
        Assert.Equal("it is not there", OwnDirectory.Problem(Child + "2"));
        Assert.NotNull(OwnDirectory.Problem(Link(Child + "2")));
    }

    private string Child => Path.Combine(_path, "child");

    private string Link(string target)
    {
        var link = Path.Combine(_path, $"link{Path.GetFileName(target)}");
        File.CreateSymbolicLink(link, target);
        return link;
    }

    private static void GiveAway(string path)
    {
        using var chown = Process.Start("chown", ["-h", "65534", path]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
    }
}
