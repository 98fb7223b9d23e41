using NetMon.Core.Detections.Events;
using NetMon.Core.Detections.Tracking;

namespace NetMon.Core.Detections.Floods;

/// <summary>A flood that goes on.</summary>
internal sealed class FloodIncident : Incident
{
    private const int MaxSample = 16;

    private readonly DistinctSketch _sources = new();
    private readonly List<string> _sample = new(MaxSample);
    private long _attempts;
    private double _rate;

    /// <summary>Sources of before the incident: at least as many.</summary>
    public int EarlierSources { get; init; }

    public void Add(in FlowSighting flow, ulong source, double rate, int attempts)
    {
        _attempts += attempts;
        _rate = Math.Max(_rate, rate);
        _sources.Add(source);
        if (_sample.Count < MaxSample)
        {
            var text = flow.SourceAddress.ToString();
            if (!_sample.Contains(text, StringComparer.Ordinal))
            {
                _sample.Add(text);
            }
        }

        if (Source?.Address != flow.SourceAddress)
        {
            Source = null;
        }
    }

    public override string What() =>
        $"{_attempts} handshakes with {Name(Target)} port {Target!.Port} were begun by {(Source is null ? $"{Sources()} sources" : Name(Source))} and not completed";

    public override SecurityEvidence Evidence() =>
        new()
        {
            Attempts = _attempts,
            Sources = Sources(),
            SourceSample = [.. _sample],
            RatePerSecond = _rate,
        };

    private long Sources() => Math.Max(_sources.Count(), EarlierSources);
}
