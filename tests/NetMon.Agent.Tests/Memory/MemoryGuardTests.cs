using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Features;
using NetMon.Agent.Memory;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Tests.Memory;

public sealed class MemoryGuardTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly List<string> _shed = [];
    private readonly FeatureSet _features = new(new MetricRegistry(), NullLogger<FeatureSet>.Instance);
    private readonly MemoryGuard _guard;
    private long _resident = 100;
    private long _garbage;
    private int _collections;
    private int _room;
    private long _held;

    public MemoryGuardTests() =>
        _guard = new MemoryGuard(
            limit: 1000,
            [Step("first"), Step("second"), Step("third")],
            [new Growth(Bytes: 10, Share: 0.5, room => _room = room)],
            () => _resident + _garbage,
            () =>
            {
                _collections++;
                _garbage = 0;
            },
            _features,
            NullLogger.Instance,
            _time,
            () => _held
        );

    public void Dispose() => _guard.Dispose();

    [Fact]
    public void What_can_be_done_without_goes_in_order_as_memory_gets_short()
    {
        Look(690);
        Assert.Empty(_shed);
        Look(700);
        Assert.Equal(["first"], _shed);
        Look(760);
        Assert.Equal(["first", "second"], _shed);
        Look(950);
        Assert.Equal(["first", "second", "third"], _shed);
        Assert.Equal(FeatureStatus.Degraded, _features.All.Single().Status);
    }

    [Fact]
    public void It_comes_back_in_reverse_order_with_a_distance_to_the_mark()
    {
        Look(990);
        Assert.Equal(3, _guard.Level);
        Look(760);
        Assert.Equal(3, _guard.Level);
        Later();
        Look(740);
        Assert.Equal(["first", "second"], _shed);
        Look(100);
        Assert.Equal(2, _guard.Level);
        Later();
        Look(100);
        Later();
        Look(100);
        Assert.Empty(_shed);
        Assert.Equal(FeatureStatus.On, _features.All.Single().Status);
    }

    [Fact]
    public void Garbage_is_collected_before_anything_is_cut()
    {
        _garbage = 500;
        Look(400);

        Assert.Equal(1, _collections);
        Assert.Empty(_shed);
    }

    [Fact]
    public void Collections_that_do_not_help_get_seldom()
    {
        for (var i = 0; i < 1200; i++)
        {
            Look(800);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        // After 0, 10, 30 and 70 s.
        Assert.Equal(4, _collections);
    }

    [Fact]
    public void At_the_end_of_the_limit_garbage_does_not_wait_while_collecting_it_helps()
    {
        for (var i = 0; i < 100; i++)
        {
            _garbage = 300;
            Look(700);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        // Each second of ten.
        Assert.Equal(10, _collections);
    }

    [Fact]
    public void A_step_ends_too_when_memory_was_below_its_mark_for_half_a_minute()
    {
        Look(720);
        Assert.Equal(["first"], _shed);
        for (var i = 0; i < 29; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Look(680);
        }

        Assert.Equal(["first"], _shed);
        _time.Advance(TimeSpan.FromSeconds(1));
        Look(680);
        Assert.Empty(_shed);
    }

    [Fact]
    public void At_the_end_of_the_limit_collections_go_on_though_they_do_not_help()
    {
        for (var i = 0; i < 600; i++)
        {
            Look(980);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        // Each 5 s of a minute.
        Assert.Equal(12, _collections);
    }

    [Fact]
    public void Once_much_of_what_was_held_is_gone_a_collection_gives_its_memory_back_soon()
    {
        _held = 1000;
        for (var i = 0; i < 400; i++)
        {
            Look(800);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        // After 0, 10 and 30 s; the next would be after 70 s.
        Assert.Equal(3, _collections);

        _held = 100;
        Look(800);
        Assert.Equal(4, _collections);
        _time.Advance(TimeSpan.FromSeconds(4));
        Look(800);
        Assert.Equal(4, _collections);
    }

    [Fact]
    public void Tables_grow_between_looks_by_a_part_of_what_is_free()
    {
        Look(450);
        Assert.Equal((900 - 450) / 2 / 10, _room);
        Look(960);
        Assert.Equal(0, _room);
        _guard.Dispose();
        Assert.Equal(int.MaxValue, _room);
    }

    [Fact]
    public void Another_limit_holds_from_the_next_look_on_and_without_one_all_is_taken_up_again()
    {
        Look(600);
        Assert.Empty(_shed);

        _guard.Limit = 700;
        Look(600);
        Assert.Equal(["first", "second", "third"], _shed);

        _guard.Limit = null;
        Look(600);
        Assert.Empty(_shed);
        Assert.Equal((0, int.MaxValue), (_guard.Level, _room));
        Assert.Equal(FeatureStatus.Off, _features.All.Single().Status);

        _guard.Limit = 700;
        Look(600);
        Assert.Equal(["first", "second", "third"], _shed);
        Assert.Equal(FeatureStatus.Degraded, _features.All.Single().Status);
    }

    [Fact]
    public void Without_a_limit_nothing_is_looked_at()
    {
        var features = new FeatureSet(new MetricRegistry(), NullLogger<FeatureSet>.Instance);
        using var free = new MemoryGuard(
            limit: null,
            [Step("first")],
            [new Growth(Bytes: 10, Share: 0.5, room => _room = room)],
            () => throw new InvalidOperationException("asked for what is resident"),
            () => throw new InvalidOperationException("collected"),
            features,
            NullLogger.Instance,
            _time
        );

        free.Look();

        Assert.Empty(_shed);
        Assert.Empty(features.All);
    }

    private ShedStep Step(string what) => new(what, () => _shed.Add(what), () => _shed.Remove(what), () => 0);

    private void Look(long resident)
    {
        _resident = resident;
        _guard.Look();
    }

    private void Later() => _time.Advance(TimeSpan.FromSeconds(2));
}
