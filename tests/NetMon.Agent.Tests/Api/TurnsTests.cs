using NetMon.Agent.Api;

namespace NetMon.Agent.Tests.Api;

public class TurnsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task They_are_taken_and_a_change_of_their_number_holds_for_those_that_wait()
    {
        var turns = new Turns(1, Long);
        var first = await TakeAsync(turns, "a");
        var second = TakeAsync(turns, "b");
        Assert.False(second.IsCompleted);

        turns.AtOnce = 2;
        (await second).Dispose();
        turns.AtOnce = 1;
        var third = TakeAsync(turns, "c");
        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task Who_has_one_for_too_long_loses_it_once_another_waits_as_long()
    {
        var turns = new Turns(1, Short);
        using var slow = await TakeAsync(turns, "slow");
        await Task.Delay(5 * Short);
        Assert.False(slow.IsRevoked);

        var next = TakeAsync(turns, "next");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Task.Delay(TimeSpan.FromMinutes(1), slow.Token)
        );
        Assert.True(slow.IsRevoked);
        slow.Dispose();
        using var turn = await next;
        Assert.False(turn.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task Whose_client_has_none_goes_before_whose_client_has_one()
    {
        var turns = new Turns(2, Long);
        var first = await TakeAsync(turns, "greedy");
        var second = await TakeAsync(turns, "greedy");
        var third = TakeAsync(turns, "greedy");
        var other = TakeAsync(turns, "other");

        first.Dispose();
        using var turn = await other;
        Assert.False(third.IsCompleted);
        second.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task Who_goes_away_while_waiting_takes_nobodys_turn()
    {
        var turns = new Turns(1, Long);
        var first = await TakeAsync(turns, "a");
        using var gone = new CancellationTokenSource();
        var second = turns.TakeAsync("b", gone.Token).AsTask();
        var third = TakeAsync(turns, "c");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);

        first.Dispose();
        (await third).Dispose();
    }

    private static Task<Turns.Turn> TakeAsync(Turns turns, string client) =>
        turns.TakeAsync(client, CancellationToken.None).AsTask();
}
