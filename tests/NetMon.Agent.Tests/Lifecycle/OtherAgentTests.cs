using NetMon.Agent.Lifecycle;
using NetMon.Bpf.Pinning;

namespace NetMon.Agent.Tests.Lifecycle;

public sealed class OtherAgentTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("netmon-other-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>It held the lock when somebody looked, and has ended since: there is nobody to be told, and nobody in the way.</summary>
    [Fact]
    public async Task One_that_ended_by_itself_meanwhile_is_replaced()
    {
        var other = new OtherAgent(_directory);
        ProcessLock.TryTake(other.LockPath)!.Dispose();

        using var taken = await other.ReplaceAsync(keep: true, TimeSpan.Zero, CancellationToken.None);

        Assert.NotNull(taken);
    }

    [Fact]
    public async Task Of_several_that_want_its_place_one_has_it()
    {
        var other = new OtherAgent(_directory);
        using var taken = await other.TakeLockAsync(TimeSpan.Zero, CancellationToken.None);

        Assert.NotNull(taken);
        Assert.Null(await other.TakeLockAsync(TimeSpan.Zero, CancellationToken.None));
    }
}
