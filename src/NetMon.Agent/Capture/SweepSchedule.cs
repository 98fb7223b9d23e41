namespace NetMon.Agent.Capture;

/// <summary>When the flow map is swept: often enough that figures of quiet flows are fresh, seldom enough to cost little.</summary>
/// <remarks>
/// A sweep looks at every flow, whether it has something to report or not. It gets a tenth of a percent of the time: a map whose sweep
/// takes 1 ms is swept each second, one whose sweep takes 4 ms every four. No flow waits longer than an interval, though.
/// </remarks>
internal sealed class SweepSchedule
{
    private const int TimesItsDuration = 1000;
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);

    private readonly TimeSpan _usual;
    private readonly TimeSpan _longest;

    /// <param name="interval">Between the reports of an active flow.</param>
    public SweepSchedule(TimeSpan interval)
    {
        var fifth = interval / 5;
        _usual =
            fifth < Shortest ? Shortest
            : fifth > Usual ? Usual
            : fifth;
        _longest = interval > _usual ? interval : _usual;
    }

    /// <param name="duration">How long the sweep before took.</param>
    /// <returns>From its end to the next one.</returns>
    public TimeSpan Next(TimeSpan duration)
    {
        var pause = duration * TimesItsDuration;
        return pause < _usual ? _usual
            : pause > _longest ? _longest
            : pause;
    }
}
