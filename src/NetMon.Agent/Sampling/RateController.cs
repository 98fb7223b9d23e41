namespace NetMon.Agent.Sampling;

/// <summary>Chooses the sampling rate that keeps a CPU budget: the lowest rate times a power of two. Knows neither clock nor kernel.</summary>
/// <remarks>
/// The cost is taken to be <c>floor + load / rate</c>. The floor is what there is without traffic: taken for 0 at first, which expects too much of
/// a lower rate rather than too little, then ever closer to what the cost does not fall below, so that a lower rate is tried in the end.
/// <code>
///   cost &gt; budget, twice (once, if twice the budget)      raise, at once to where 80% of the budget are expected at most
///   80% of it expected at half the rate, for a while      halve
///   in between                                            stay
/// </code>
/// The while is 6 periods. It doubles, up to 192, whenever a rate that was halved has to be raised within 24 periods: a load that comes and
/// goes changes the rate ever more rarely.
/// </remarks>
internal sealed class RateController
{
    private const int ShortestCalm = 6;
    private const int LongestCalm = 192;
    private const int Probation = 24;
    private const int MostAtOnce = 16;
    private const double Target = 0.8;

    /// <summary>How far the floor rises towards the cost in a period: within an hour two thirds of the way.</summary>
    private const double Drift = 1 / 720.0;

    private readonly int _lowest;
    private readonly int _highest;
    private readonly double _budget;
    private double _floor;
    private bool _settles;
    private int _over;
    private int _calm;
    private int _neededCalm = ShortestCalm;
    private int _sinceHalved = Probation;

    /// <param name="lowest">The rate without need.</param>
    /// <param name="highest">The rate that is not exceeded, whatever the cost.</param>
    /// <param name="budget">The cost to be kept: any unit.</param>
    public RateController(int lowest, int highest, double budget)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lowest, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(budget);
        _lowest = lowest;
        _highest = lowest;
        while (_highest <= highest / 2)
        {
            _highest *= 2;
        }

        _budget = budget;
        Rate = lowest;
    }

    public int Rate { get; private set; }

    /// <summary>The highest rate does not keep the budget.</summary>
    public bool IsExceeded { get; private set; }

    /// <summary>Takes the cost of a period, in which the rate was <see cref="Rate"/>.</summary>
    /// <returns>The rate from now on.</returns>
    public int Step(double cost)
    {
        // The period after a change has records and work of before it.
        if (_settles)
        {
            _settles = false;
            return Rate;
        }

        _floor = cost < _floor ? cost : _floor + (Drift * (cost - _floor));
        _sinceHalved = Math.Min(_sinceHalved + 1, Probation);
        _over = cost > _budget ? _over + 1 : 0;
        IsExceeded = _over > 1 && Rate == _highest;
        if (_over > 1 || cost > 2 * _budget)
        {
            Raise(cost);
        }
        else
        {
            Relax(cost);
        }

        return Rate;
    }

    private void Raise(double cost)
    {
        _calm = 0;
        if (Rate == _highest)
        {
            return;
        }

        if (_sinceHalved < Probation)
        {
            _neededCalm = Math.Min(2 * _neededCalm, LongestCalm);
        }

        var room = Math.Max((Target * _budget) - _floor, _budget / MostAtOnce);
        var factor = 2;
        while (factor < MostAtOnce && (cost - _floor) / factor > room)
        {
            factor *= 2;
        }

        _over = 0;
        _floor = 0;
        Change(Math.Min(Rate * factor, _highest));
    }

    private void Relax(double cost)
    {
        if (Rate == _lowest)
        {
            _neededCalm = _sinceHalved < Probation ? _neededCalm : ShortestCalm;
            return;
        }

        var atHalf = _floor + (2 * (cost - _floor));
        _calm = atHalf < Target * _budget ? _calm + 1 : 0;
        if (_calm >= _neededCalm)
        {
            _sinceHalved = 0;
            Change(Rate / 2);
        }
    }

    private void Change(int rate)
    {
        _calm = 0;
        _settles = true;
        Rate = rate;
    }
}
