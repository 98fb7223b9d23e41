using NetMon.Agent.Streaming;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Streaming;

public sealed class BroadcasterTests
{
    private static readonly FlowFilter UdpOnly = FlowQuery.TryParse(
        [new("protocol", "udp")],
        out var query,
        out _
    )
        ? query.Filter
        : throw new InvalidOperationException();

    [Fact]
    public async Task A_follower_gets_what_passes_its_filter_from_its_subscription_on()
    {
        var broadcaster = new Broadcaster();
        broadcaster.Publish(Step(IpProtocol.Udp, 1));
        Assert.True(broadcaster.TrySubscribe(UdpOnly, out var subscription));
        broadcaster.Publish(Step(IpProtocol.Udp, 2));
        broadcaster.Publish(Step(IpProtocol.Tcp, 3));
        broadcaster.Flush();

        Assert.True(await subscription.WaitAsync(default));
        var events = new FlowEvent[10];
        Assert.Equal(1, subscription.Take(events, out _));
        Assert.Equal(2ul, events[0].Flow.StartNs);
        Assert.Equal(1, broadcaster.Delivered);
    }

    [Fact]
    public async Task Completion_ends_the_stream_after_what_is_queued()
    {
        var broadcaster = new Broadcaster();
        broadcaster.TrySubscribe(FlowFilter.All, out var subscription);
        broadcaster.Publish(Step(IpProtocol.Udp, 1));
        broadcaster.Complete();

        Assert.False(await subscription!.WaitAsync(default));
        Assert.Equal(1, subscription.Take(new FlowEvent[10], out _));
        Assert.True(broadcaster.TrySubscribe(FlowFilter.All, out var late));
        Assert.False(await late.WaitAsync(default));
    }

    [Fact]
    public void A_slow_follower_loses_its_own_oldest_and_no_one_elses()
    {
        var broadcaster = new Broadcaster(queueCapacity: 1024, new ManualTime());
        broadcaster.TrySubscribe(FlowFilter.All, out var slow);
        broadcaster.TrySubscribe(FlowFilter.All, out var quick);
        var events = new FlowEvent[512];
        ulong next = 1;
        for (ulong i = 1; i <= 5000; i++)
        {
            broadcaster.Publish(Step(IpProtocol.Udp, i));
            foreach (var step in events.AsSpan(0, quick!.Take(events, out var none)))
            {
                Assert.Equal(0, none);
                Assert.Equal(next++, step.Flow.StartNs);
            }
        }

        Assert.Equal(5001ul, next);
        Assert.True(slow!.Backlogged);
        Assert.True(broadcaster.Backlogged);
        Assert.True(slow.Take(events, out var lost) > 0);
        Assert.Equal(5000 - 1024, lost);
        Assert.Equal((ulong)lost + 1, events[0].Flow.StartNs);
        Assert.Equal(lost, broadcaster.Lost);
    }

    [Fact]
    public async Task At_the_end_who_reads_on_is_waited_for_and_who_does_not_is_not()
    {
        var time = new ManualTime();
        var patience = TimeSpan.FromSeconds(2);
        var broadcaster = new Broadcaster(time: time);
        broadcaster.TrySubscribe(FlowFilter.All, out var stalled);
        broadcaster.TrySubscribe(FlowFilter.All, out var slow);
        for (ulong i = 0; i < 30; i++)
        {
            broadcaster.Publish(Step(IpProtocol.Udp, i));
        }

        broadcaster.Complete();
        var waiting = broadcaster.WaitForReadersAsync(patience, TimeSpan.FromMinutes(1));
        var read = 0;
        while (slow!.Take(new FlowEvent[1], out _) > 0)
        {
            read++;
            await LookAgainAsync();
            Assert.False(waiting.IsCompleted);
        }

        Assert.Equal(30, read);
        Assert.False(stalled!.IsReading(patience));
        slow.Dispose();
        await LookAgainAsync();
        await waiting;

        // A second goes by, then it has looked, and waits for the next look or no longer.
        async Task LookAgainAsync()
        {
            time.Advance(TimeSpan.FromSeconds(1));
            while (time.NextTimer is null && !waiting.IsCompleted)
            {
                await Task.Delay(1);
            }
        }
    }

    [Fact]
    public void There_is_room_for_so_many_followers_and_again_when_one_leaves()
    {
        var broadcaster = new Broadcaster();
        Subscription? subscription = null;
        for (var i = 0; i < Broadcaster.MaxSubscriptions; i++)
        {
            Assert.True(broadcaster.TrySubscribe(FlowFilter.All, out subscription));
        }

        Assert.False(broadcaster.TrySubscribe(FlowFilter.All, out _));
        subscription!.Dispose();
        Assert.True(broadcaster.TrySubscribe(FlowFilter.All, out _));
    }

    private static FlowEvent Step(byte protocol, ulong number)
    {
        var step = default(FlowEvent);
        step.Flow.Protocol = protocol;
        step.Flow.StartNs = number;
        return step;
    }
}
