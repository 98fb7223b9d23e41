using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Objects;
using NetMon.Kubernetes.Watching;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Misbehaviour;
using NetMon.Lab.ApiServer.Objects;

namespace NetMon.Kubernetes.Tests.Watching;

/// <summary>The whole watch against an API server that keeps objects, in each of the versions that differ.</summary>
public sealed class RealServerTests
{
    public static TheoryData<string> Versions => ["1.26", "1.32", "1.36"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Everything_there_is_is_told_and_what_changes_follows(string version)
    {
        await using var test = await ClusterUnderTest.StartAsync(version);
        test.Server.Apply(Pod(999, "10.0.9.9"));
        await test.AgreesAsync();
        await test.Watch.Synced.WaitAsync(Patience.Limit);
        test.Server.Apply(Pod(1, "10.0.9.1"));
        test.Server.Delete("pods", "default", "pod-2");
        test.Server.Delete("replicasets", "default", "set-0");
        await test.AgreesAsync();
        Assert.Equal("10.0.9.1", Assert.Single(test.Pods.Get("pod-1").Addresses).ToString());
        var pods = test.Status("pods");
        Assert.True(pods.IsSynced && pods.IsWatching);
        Assert.Equal(0, pods.ObjectsUnreadable);
        Assert.Equal(version == "1.26", pods.Requests.ContainsKey(new RequestKind("list", 200)));
    }

    [Theory]
    [InlineData(WatchEnd.Close)]
    [InlineData(WatchEnd.Reset)]
    [InlineData(WatchEnd.CutAndReset)]
    [InlineData(WatchEnd.CutAndClose)]
    [InlineData(WatchEnd.Error410)]
    [InlineData(WatchEnd.Error500)]
    [InlineData(WatchEnd.Error504)]
    [InlineData(WatchEnd.Garbage)]
    public async Task However_a_watch_ends_nothing_is_missed(WatchEnd how)
    {
        await using var test = await ClusterUnderTest.StartAsync();
        await test.AgreesAsync();
        for (var round = 0; round < 3; round++)
        {
            await test.UntilAsync(() => test.Server.Faults.OpenWatches == 7, "all watches are open");
            test.Server.Delete("pods", "default", $"pod-{round}");
            test.Server.Faults.EndWatches(how);
            test.Server.Apply(Pod(round + 500, $"10.0.5.{round}"));
            await test.AgreesAsync();
        }

        Assert.True(test.Status("pods").Restarts.Values.Sum() >= 2);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_server_that_is_killed_and_comes_back_without_its_history_costs_nothing(string version)
    {
        await using var test = await ClusterUnderTest.StartAsync(version);
        await test.AgreesAsync();
        await test.Server.KillAsync();
        await test.UntilAsync(() => !test.Status("pods").IsWatching, "the end is noticed");
        var known = test.Pods.Count;
        test.Server.Delete("pods", "default", "pod-3");
        test.Server.Apply(Pod(700, "10.0.7.7"));
        await test.UntilAsync(
            () => test.Status("pods").Errors.ContainsKey(ErrorReasons.Connection),
            "it is tried"
        );
        Assert.Equal(known, test.Pods.Count);
        await test.Server.RestartAsync();
        await test.AgreesAsync();
        Assert.DoesNotContain("abort", test.Pods.Calls.Split(' ')[..5]);
    }

    [Fact]
    public async Task A_server_that_shuts_down_is_left_for_its_successor()
    {
        await using var test = await ClusterUnderTest.StartAsync();
        await test.AgreesAsync();
        var gone = test.Server.ShutDownAsync(TimeSpan.FromMilliseconds(1));
        await gone;
        await test.Server.RestartAsync(compacted: false);
        test.Server.Apply(Pod(700, "10.0.7.7"));
        await test.AgreesAsync();
    }

    [Fact]
    public async Task A_compacted_history_is_answered_with_all_objects()
    {
        await using var test = await ClusterUnderTest.StartAsync();
        await test.AgreesAsync();
        test.Server.Faults.Answer(new AnswerRule(503, "pods", "watch") { Times = 2 });
        test.Server.Faults.EndWatches(WatchEnd.Reset, "pods");
        test.Server.Delete("pods", "default", "pod-3");
        test.Server.Compact();
        await test.AgreesAsync();
        Assert.True(test.Status("pods").Lists >= 2);
    }

    [Fact]
    public async Task A_restore_from_a_backup_is_found_by_the_periodic_list()
    {
        await using var test = await ClusterUnderTest.StartAsync();
        await test.AgreesAsync();
        var backup = test.Server.ResourceVersion;
        test.Server.Apply(Pod(800, "10.0.8.8"));
        await test.AgreesAsync();
        await test.Server.KillAsync();
        test.Server.Restore(backup);
        await test.Server.RestartAsync(compacted: false);
        await test.UntilAsync(
            () => test.Status("pods").IsWatching,
            "it watches again, from a version to come"
        );
        var begun = Stopwatch.GetTimestamp();
        while (test.Pods.Known.Contains("pod-800", StringComparison.Ordinal))
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience.Limit, "it was never told anew");
            test.Time.Advance(TimeSpan.FromMinutes(5));
            await Task.Delay(10);

            // What that brought about comes to its end before the clock goes on, however slow the machine is: else it times out again and again.
            await test.UntilAsync(() => test.Status("pods").IsWatching, "it watches again");
        }

        await test.AgreesAsync();
    }

    [Theory]
    [InlineData(ContinueTokens.Expired)]
    [InlineData(ContinueTokens.ExpiredForGood)]
    public async Task A_list_whose_pages_expire_is_made_whole(ContinueTokens tokens)
    {
        await using var test = await ClusterUnderTest.StartAsync("1.26", tokens: tokens);
        await test.AgreesAsync();
        Assert.Equal(1, test.Status("pods").Errors[ErrorReasons.Expired]);
    }

    [Fact]
    public async Task Permission_that_is_withdrawn_leaves_what_is_known_and_is_asked_for_again()
    {
        await using var test = await ClusterUnderTest.StartAsync();
        await test.AgreesAsync();
        var known = test.Pods.Count;
        test.Server.Faults.Answer(new AnswerRule(403));
        test.Server.Faults.EndWatches(WatchEnd.Close);
        await test.UntilAsync(
            () => test.Status("pods").Errors.ContainsKey(ErrorReasons.Forbidden),
            "refused"
        );
        Assert.Equal(known, test.Pods.Count);
        Assert.StartsWith("answered 403", test.Status("pods").Trouble, StringComparison.Ordinal);
        test.Server.Apply(Pod(700, "10.0.7.7"));
        test.Server.Faults.Clear();
        await test.AgreesAsync();
    }

    [Fact]
    public async Task A_rotated_token_is_taken_from_its_file()
    {
        await using var test = await ClusterUnderTest.StartAsync();
        await test.AgreesAsync();
        var token = test.Server.RotateToken();
        await File.WriteAllTextAsync(test.TokenFile, token);
        test.Server.Faults.EndWatches(WatchEnd.Close);
        test.Server.Apply(Pod(700, "10.0.7.7"));
        await test.AgreesAsync();
        Assert.DoesNotContain(ErrorReasons.Unauthorized, test.Status("pods").Errors.Keys);
    }

    [Fact]
    public async Task Hostile_objects_cost_no_other()
    {
        await using var test = await ClusterUnderTest.StartAsync();
        var hostile = 0;
        foreach (var item in HostileObjects.All)
        {
            test.Server.Apply(item);
            hostile++;
        }

        test.Server.Apply(Pod(700, "10.0.7.7"));
        await test.UntilAsync(
            () => test.Pods.Known.Contains("pod-700", StringComparison.Ordinal),
            "what comes after them"
        );
        Assert.InRange(test.Status("pods").ObjectsUnreadable, 1, hostile);
        Assert.Contains("huge-annotation", test.Pods.Known, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frozen_server_holds_up_nobody_for_ever()
    {
        await using var test = await ClusterUnderTest.StartAsync();
        await test.AgreesAsync();
        var known = test.Pods.Count;
        test.Server.Faults.Freeze();
        test.Server.Faults.EndWatches(WatchEnd.Error410, "pods");
        await Patience.UntilAsync(
            () =>
            {
                test.Time.Advance(TimeSpan.FromSeconds(1));
                return test.Status("pods").Errors.GetValueOrDefault(ErrorReasons.Timeout) >= 1;
            },
            "the list is given up"
        );
        Assert.Equal(known, test.Pods.Count);
        test.Server.Faults.Thaw();
        test.Server.Apply(Pod(700, "10.0.7.7"));
        await test.AgreesAsync();
    }

    private static JsonObject Pod(int number, string address) => ClusterUnderTest.Pod(number, address);
}
