using NetMon.Core.Flows;
using NetMon.Terminal.Top;

namespace NetMon.Tests.Terminal;

/// <summary>Rates of an agent whose records come every 5 seconds, by lists of every second.</summary>
public sealed class RateTrackerTests
{
    private readonly RateTracker _rates = new();

    [Fact]
    public void A_flow_that_was_there_before_has_no_rate_until_it_changes()
    {
        Assert.Null(Look(0, Busy(-100, 0, 1_000_000)));
        Assert.Null(Look(1, Busy(-100, 0, 1_000_000)));
    }

    [Fact]
    public void A_steady_flow_has_the_rate_between_its_records_exactly()
    {
        // Records leave at -2, 3, 8, ...; 1,000 bytes a second.
        Look(0, Busy(-100, -2, 98_000));
        Look(1, Busy(-100, -2, 98_000));
        Look(2, Busy(-100, -2, 98_000));
        Look(3.5, Busy(-100, 3, 103_000));
        for (var at = 4.5; at < 8; at++)
        {
            Assert.Equal(1_000, Look(at, Busy(-100, 3, 103_000))!.Value.SentBytes, 6);
        }

        Assert.Equal(1_000, Look(8.5, Busy(-100, 8, 108_000))!.Value.SentBytes, 6);
    }

    [Fact]
    public void A_new_flow_has_a_rate_at_once()
    {
        Look(0);
        var rate = Look(1, Busy(0.6, 0.9, 4_000, received: 8_000))!.Value;
        Assert.Equal(4_000, rate.SentBytes, 6);
        Assert.Equal(8_000, rate.ReceivedBytes, 6);
        Assert.Equal(12, rate.Packets, 6);
    }

    [Fact]
    public void A_flow_that_falls_silent_has_rate_zero_after_half_a_record_interval_more()
    {
        Look(0, Busy(-100, 0, 0));
        Look(5, Busy(-100, 5, 5_000));
        Assert.Equal(1_000, Look(12, Busy(-100, 5, 5_000))!.Value.SentBytes, 6);
        Look(13, Busy(-100, 5, 5_000));
        Assert.Equal(default(FlowRate), Look(14, Busy(-100, 5, 5_000)));
    }

    [Fact]
    public void A_burst_after_a_silence_is_spread_over_a_list_at_least_and_not_over_the_silence()
    {
        Look(0, Busy(-1000, -700, 5_000));
        Look(1, Busy(-1000, -700, 5_000));
        // The first packet of the burst is a record of its own; the rest comes with the next.
        Look(100, Busy(-1000, 100, 6_000));
        var rate = Look(101, Busy(-1000, 100.001, 106_000))!.Value;
        Assert.InRange(rate.SentBytes, 1_000, 100_000);
    }

    [Fact]
    public void A_flow_whose_last_packet_is_old_has_rate_zero_from_the_beginning() =>
        Assert.Equal(default(FlowRate), Look(0, Busy(-1000, -20, 5_000)));

    [Fact]
    public void Ends_that_change_places_change_no_rate()
    {
        Look(0, Busy(-100, 0, 1_000, received: 50_000));
        var swapped = Busy(-100, 5, 60_000, received: 2_000);
        (swapped.Source, swapped.Destination) = (swapped.Destination, swapped.Source);
        var rate = Look(5, swapped)!.Value;
        Assert.Equal(2_000, rate.SentBytes, 6);
        Assert.Equal(200, rate.ReceivedBytes, 6);
    }

    [Fact]
    public void An_agent_that_began_anew_gives_no_negative_rates()
    {
        Look(0, Busy(-100, 0, 1_000_000));
        Assert.Null(Look(5, Busy(-100, 5, 1_000)));
    }

    [Fact]
    public void What_the_rates_add_up_to_is_what_was_sent()
    {
        // Bytes at random times in records at the kernel's pace; the integral of the rate is their sum.
        var random = new Random(3);
        double sent = 0,
            reported = 0,
            last = 0,
            integral = 0,
            nextRecord = 5;
        Look(0, Busy(-1, 0, 0));
        for (double at = 1; at <= 600; at++)
        {
            sent += random.Next(500, 1_500);
            if (at >= nextRecord)
            {
                (reported, last) = (sent, at);
                nextRecord = at + 5;
            }

            integral += Look(at, Busy(-1, last, (long)reported))?.SentBytes ?? 0;
        }

        Assert.InRange(integral / reported, 0.97, 1.03);
    }

    [Fact]
    public void Flows_that_are_gone_are_forgotten()
    {
        for (var i = 0; i < 50; i++)
        {
            Look(i, FlowText.Tcp("10.0.0.1", 1_000 + i, "10.0.0.2", 80));
        }

        Assert.Equal(1, _rates.Known);
    }

    /// <param name="at">Seconds of the list.</param>
    /// <returns>The rate of the first flow.</returns>
    private FlowRate? Look(double at, params Flow[] flows)
    {
        var sample = _rates.Update(FlowText.Views(FlowText.Now.AddSeconds(at), flows));
        return sample.Rows.Count == 0 ? null : sample.Rows[0].Rate;
    }

    /// <param name="start">Seconds of its first packet.</param>
    /// <param name="last">Seconds of its last packet that was reported.</param>
    private static Flow Busy(double start, double last, long sent, long received = 0)
    {
        var flow = FlowText.Tcp("10.0.0.1", 1_000, "10.0.0.2", 80, sent, received);
        flow.StartNs = FlowText.Ago(-start);
        flow.LastNs = FlowText.Ago(-last);
        return flow;
    }
}
