using NetMon.Bpf.Attaching;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Tests.Attaching;

public class FilterOwnerTests
{
    [Fact]
    public void An_owner_lives_until_it_is_disposed()
    {
        var owner = new FilterOwner();
        Assert.True(FilterOwner.IsAlive(owner.Number));
        Assert.True(FilterOwner.IsAlive(owner.Number));
        owner.Dispose();
        Assert.False(FilterOwner.IsAlive(owner.Number));
    }

    /// <summary>An agent that starts takes over a dead one's filters though a person looks at what is left at the same moment.</summary>
    [Fact]
    public void Two_that_ask_for_a_dead_owner_at_once_do_not_take_each_other_for_it()
    {
        uint dead;
        using (var owner = new FilterOwner())
        {
            dead = owner.Number;
        }

        var found = 0;
        var threads = Enumerable
            .Range(0, 2)
            .Select(_ => new Thread(() =>
            {
                for (var i = 0; i < 20_000; i++)
                {
                    Interlocked.Add(ref found, FilterOwner.IsAlive(dead) ? 1 : 0);
                }
            }))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(0, found);
    }

    /// <summary>A process that is being forked has all descriptors until it runs another program.</summary>
    [Fact]
    public void An_owner_that_was_disposed_is_dead_though_another_process_has_its_socket()
    {
        var owner = new FilterOwner();
        using var forked = FileDescriptor.Duplicate((int)owner.Socket.DangerousGetHandle());
        Assert.True(FilterOwner.IsAlive(owner.Number));
        owner.Dispose();
        Assert.False(FilterOwner.IsAlive(owner.Number));
    }
}
