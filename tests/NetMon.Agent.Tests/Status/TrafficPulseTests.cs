using NetMon.Agent.Metrics;
using NetMon.Agent.Status;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Status;

public sealed class TrafficPulseTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly TrafficTotals _totals = new();
    private readonly TrafficPulse _pulse;
    private long _drops;

    public TrafficPulseTests() => _pulse = new TrafficPulse(_totals, () => _drops, _time);

    public void Dispose() => _pulse.Dispose();

    [Fact]
    public void Rates_are_those_of_the_last_seconds()
    {
        Run(seconds: 60, packets: 1000);
        Run(seconds: 10, packets: 20);

        var rates = _pulse.Rates;

        Assert.InRange(rates.Window.TotalSeconds, 10, 11);
        Assert.Equal(20, rates.Packets, 6);
        Assert.Equal(2000, rates.Bytes, 6);
        Assert.Equal(1, rates.Flows, 6);
        Assert.Equal(3, rates.Drops, 6);
    }

    [Fact]
    public void Just_after_the_start_they_are_those_since_then()
    {
        Run(seconds: 2, packets: 50);

        Assert.Equal(TimeSpan.FromSeconds(2), _pulse.Rates.Window);
        Assert.Equal(50, _pulse.Rates.Packets, 6);
    }

    [Fact]
    public void What_stopped_is_soon_0()
    {
        Run(seconds: 30, packets: 1000);
        Run(seconds: 11, packets: 0);

        Assert.Equal(0, _pulse.Rates.Packets);
    }

    private void Run(int seconds, long packets)
    {
        for (var i = 0; i < seconds; i++)
        {
            var counts = default(FlowCounts);
            counts.Sent.Packets = packets / 2;
            counts.Received.Packets = packets - (packets / 2);
            counts.Sent.Bytes = packets * 100;
            _totals.Add(in counts, weight: 1);
            _totals.AddFlow(weight: 1);
            _drops += 3;
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
