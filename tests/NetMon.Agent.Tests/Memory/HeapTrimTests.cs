using NetMon.Agent.Memory;

namespace NetMon.Agent.Tests.Memory;

public sealed class HeapTrimTests : IDisposable
{
    private const long Much = 100 << 20;

    private readonly ManualTime _time = new();
    private readonly HeapTrim _trim;
    private long _used;
    private int _collections;

    public HeapTrimTests() => _trim = new HeapTrim(() => _used, () => _collections++, _time);

    public void Dispose() => _trim.Dispose();

    [Fact]
    public void What_the_start_needed_is_given_back_once()
    {
        Look(HeapTrim.StartLooks - 1);
        Assert.Equal(0, _collections);
        Look(20);
        Assert.Equal(1, _collections);
    }

    [Fact]
    public void What_a_burst_needed_is_given_back_once_it_is_over()
    {
        Started();
        _used = Much;
        Look(1);
        _used = Much / 10;
        Look(HeapTrim.CalmLooks - 1);
        Assert.Equal(0, _collections);
        Look(20);
        Assert.Equal(1, _collections);
    }

    [Fact]
    public void While_it_grows_again_nothing_is_given_back()
    {
        Started();
        _used = Much;
        Look(1);
        _used = Much / 10;
        for (var i = 0; i < 10; i++)
        {
            _used += 1000;
            Look(1);
        }

        Assert.Equal(0, _collections);
    }

    [Fact]
    public void Little_is_not_worth_a_collection_nor_is_a_small_part_of_much()
    {
        Started();
        _used = HeapTrim.Least - 1;
        Look(1);
        _used = 0;
        Look(20);
        _used = Much * 10;
        Look(1);
        _used = Much * 9;
        Look(20);
        Assert.Equal(0, _collections);
    }

    private void Started()
    {
        Look(HeapTrim.StartLooks);
        _collections = 0;
    }

    private void Look(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _time.Advance(HeapTrim.Interval);
        }
    }
}
