using NetMon.Core.Detections.Events;

namespace NetMon.Core.Detections.Workloads;

/// <summary>Finds workloads that make connections far faster than they did in the last hour.</summary>
internal sealed class ConnectionStorms(StormSettings settings, IncidentBook book)
{
    /// <summary>Ten seconds alone are a batch that starts.</summary>
    private const int LeastBins = 2;

    /// <summary>What has lasted so long becomes normal.</summary>
    private const ulong AcceptNs = 30 * Nanoseconds.Minute;

    private int LearningBins => (int)Math.Ceiling(settings.Learning.TotalSeconds / RateHistory.BinSeconds);

    /// <summary>Ends ten seconds of a workload.</summary>
    public void EndBin(WorkloadState state, ulong nowNs)
    {
        if (state.Rates is not { } rates)
        {
            return;
        }

        var count = state.Connections;
        state.Connections = 0;
        var key = new IncidentKey(DetectionType.ConnectionStorm, default, 0, state.Workload);
        var goesOn = book.TryGet(in key, out var open);
        if (count < (long)settings.Rate * RateHistory.BinSeconds || rates.Known < LearningBins)
        {
            Calm(state, rates);
            rates.Add(count);
            return;
        }

        var normal = rates.Normal();
        var stormy = goesOn || count >= normal * settings.Factor;
        if (!stormy)
        {
            Calm(state, rates);
        }

        if (!stormy || nowNs > open?.SinceNs + AcceptNs)
        {
            rates.Add(count);
        }
        else if (!goesOn)
        {
            // Of a storm as it begins nothing is normal; of a burst, once it turns out to be one, all is.
            state.Burst = count;
        }

        state.StormyBins = stormy ? state.StormyBins + 1 : 0;
        if (goesOn && nowNs > open!.SinceNs + AcceptNs && count < normal * settings.Factor)
        {
            book.End(in key);
        }
        else if (state.StormyBins >= LeastBins && !state.IsIgnored)
        {
            Report(state, key, open as FigureIncident, count, normal, nowNs);
        }
    }

    // What looked like a storm is over before it was one.
    private static void Calm(WorkloadState state, RateHistory rates)
    {
        if (state.StormyBins is > 0 and < LeastBins)
        {
            rates.Add(state.Burst);
        }

        state.StormyBins = 0;
    }

    private void Report(
        WorkloadState state,
        in IncidentKey key,
        FigureIncident? open,
        long count,
        long normal,
        ulong nowNs
    )
    {
        const double Bin = RateHistory.BinSeconds;
        var figures = new SecurityEvidence
        {
            Attempts = count + (open?.Figures.Attempts ?? 0),
            RatePerSecond = Math.Max(count / Bin, open?.Figures.RatePerSecond ?? 0),
            NormalPerSecond = open?.Figures.NormalPerSecond ?? (normal / Bin),
            Samples = state.Rates!.Known,
        };
        var text =
            $"{state.Workload} makes up to {figures.RatePerSecond:0} connections per second; in the last hour it made at most {figures.NormalPerSecond:0.#} for 95 percent of the time";
        if (open is not null)
        {
            (open.Text, open.Figures) = (text, figures);
            IncidentBook.Touch(open, nowNs);
            return;
        }

        book.TryBegin(
            in key,
            new FigureIncident
            {
                Type = DetectionType.ConnectionStorm,
                Severity = DetectionSeverity.Medium,
                SinceNs = nowNs - (LeastBins * RateHistory.BinNs),
                Source = new(Address: null, 0, state.Endpoint),
                Text = text,
                Figures = figures,
            },
            nowNs
        );
    }
}
