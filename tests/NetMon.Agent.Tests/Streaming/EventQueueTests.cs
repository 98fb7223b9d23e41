using NetMon.Agent.Streaming;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Streaming;

public sealed class EventQueueTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1024, 2)]
    [InlineData(3000, 3)]
    public void It_keeps_the_youngest_in_order_and_counts_the_rest(int capacity, int seed)
    {
        var random = new Random(seed);
        var queue = new EventQueue(capacity, TimeProvider.System);
        var batch = new FlowEvent[700];
        ulong pushed = 0;
        ulong next = 1;
        long taken = 0;
        long lost = 0;
        for (var round = 0; round < 500; round++)
        {
            for (var i = random.Next(2 * queue.Capacity); i > 0; i--)
            {
                var step = new FlowEvent();
                step.Flow.StartNs = ++pushed;
                queue.Push(in step);
            }

            for (var i = random.Next(8); i >= 0; i--)
            {
                var count = queue.Take(batch.AsSpan(0, random.Next(1, batch.Length)), out var missing);
                next += (ulong)missing;
                lost += missing;
                foreach (ref readonly var step in batch.AsSpan(0, count))
                {
                    Assert.Equal(next++, step.Flow.StartNs);
                }

                taken += count;
            }
        }

        Assert.Equal((long)pushed, taken + lost + queue.Count);
        Assert.True(lost > 0);
    }

    [Fact]
    public void An_event_of_which_the_reader_is_behind_tells_that_another_gave_way()
    {
        var queue = new EventQueue(1024, TimeProvider.System);
        var step = default(FlowEvent);
        for (var i = 0; i < 1024; i++)
        {
            Assert.False(queue.Push(in step));
        }

        Assert.True(queue.Push(in step));
    }
}
