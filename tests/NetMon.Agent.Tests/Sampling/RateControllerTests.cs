using NetMon.Agent.Sampling;

namespace NetMon.Agent.Tests.Sampling;

public class RateControllerTests
{
    private const double Budget = 20;

    /// <summary>What the agent costs without traffic.</summary>
    private const double Floor = 3;

    private readonly Random _random = new(1);
    private readonly List<int> _rates = [];
    private RateController _controller = new(1, 256, Budget);

    [Fact]
    public void It_stays_at_the_lowest_rate_while_the_budget_is_kept()
    {
        Run(periods: 500, load: 16);
        Assert.All(_rates, rate => Assert.Equal(1, rate));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(100)]
    [InlineData(400)]
    [InlineData(3000)]
    public void It_holds_the_budget_under_any_load_and_then_leaves_the_rate_alone(double load)
    {
        Run(periods: 200, load);

        Assert.InRange(Cost(load), 0, Budget);
        Assert.All(_rates, rate => Assert.True(int.IsPow2(rate)));

        // Within a minute, and no more than it takes.
        Assert.Single(_rates.Skip(12).Distinct());
        Assert.True(Floor + (load / (_controller.Rate / 2.0)) > 0.8 * Budget, $"{_controller.Rate}");
    }

    [Fact]
    public void It_goes_back_when_the_load_is_gone()
    {
        Run(periods: 50, load: 1000);
        Assert.Equal(128, _controller.Rate);

        Run(periods: 200, load: 2);
        Assert.Equal(1, _controller.Rate);
    }

    [Fact]
    public void It_goes_back_half_way_when_half_the_load_is_gone()
    {
        Run(periods: 50, load: 1000);
        Run(periods: 400, load: 200);

        Assert.InRange(_controller.Rate, 16, 32);
        Assert.InRange(Cost(200), 0, Budget);
    }

    /// <summary>Between "too much" and "half the rate would do" there is room, also for noise.</summary>
    [Fact]
    public void A_load_at_the_edge_does_not_make_it_swing()
    {
        for (var load = 15.0; load < 80; load += 1)
        {
            _controller = new RateController(1, 256, Budget);
            _rates.Clear();
            Run(periods: 720, load, noise: 0.2);

            // In an hour: up, and at most once down and up again to see whether less would do.
            Assert.InRange(Changes(), 0, 4);
        }
    }

    [Fact]
    public void A_load_that_comes_and_goes_changes_it_ever_more_rarely()
    {
        for (var i = 0; i < 60; i++)
        {
            Run(periods: 12, load: 100);
            Run(periods: 12, load: 2);
        }

        var firstHalf = Changes(_rates.Take(_rates.Count / 2));
        Assert.InRange(Changes(_rates.Skip(_rates.Count / 2)), 0, firstHalf);
        Assert.InRange(firstHalf, 1, 30);
    }

    [Fact]
    public void A_burst_of_one_period_changes_nothing_unless_it_is_huge()
    {
        Run(periods: 10, load: 10);
        Run(periods: 1, load: 30);
        Run(periods: 10, load: 10);
        Assert.Equal(0, Changes());

        Run(periods: 1, load: 100);
        Assert.True(_controller.Rate > 1);
    }

    [Fact]
    public void It_stops_at_the_highest_rate_and_says_that_this_is_not_enough()
    {
        _controller = new RateController(1, 8, Budget);
        Run(periods: 50, load: 1000);
        Assert.Equal(8, _controller.Rate);
        Assert.True(_controller.IsExceeded);

        Run(periods: 100, load: 10);
        Assert.False(_controller.IsExceeded);
        Assert.Equal(1, _controller.Rate);
    }

    [Theory]
    [InlineData(1, 100, 64)]
    [InlineData(3, 100, 96)]
    [InlineData(10, 10, 10)]
    [InlineData(10, 5, 10)]
    public void It_keeps_to_the_lowest_rate_times_a_power_of_two(int lowest, int highest, int expected)
    {
        _controller = new RateController(lowest, highest, Budget);
        Run(periods: 100, load: 1e6);
        Assert.Equal(expected, _controller.Rate);
        Run(periods: 3000, load: 0);
        Assert.Equal(lowest, _controller.Rate);
    }

    /// <summary>Nothing is to be gained from sampling: the cost does not come from packets.</summary>
    [Fact]
    public void A_cost_that_the_rate_does_not_change_is_not_held_against_the_rate_for_ever()
    {
        for (var i = 0; i < 100; i++)
        {
            _controller.Step(30);
        }

        Assert.Equal(256, _controller.Rate);
        Assert.True(_controller.IsExceeded);
        for (var i = 0; i < 200; i++)
        {
            _controller.Step(7);
        }

        Assert.Equal(1, _controller.Rate);
    }

    private void Run(int periods, double load, double noise = 0.1)
    {
        for (var i = 0; i < periods; i++)
        {
            _rates.Add(_controller.Step(Cost(load) * (1 + (noise * (_random.NextDouble() - 0.5)))));
        }
    }

    /// <summary>A budget of which the agent takes the most without traffic: it takes an hour to trust that.</summary>
    [Fact]
    public void It_goes_back_also_where_little_of_the_budget_is_for_traffic()
    {
        _controller = new RateController(1, 256, budget: 5);
        Run(periods: 20, load: 50);
        Assert.True(_controller.Rate > 1);
        Run(periods: 2000, load: 0);
        Assert.Equal(1, _controller.Rate);
    }

    private double Cost(double load) => Floor + (load / _controller.Rate);

    private int Changes() => Changes(_rates);

    private static int Changes(IEnumerable<int> rates) =>
        rates.Zip(rates.Skip(1)).Count(pair => pair.First != pair.Second);
}
