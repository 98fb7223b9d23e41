using System.Runtime.CompilerServices;
using NetMon.Core.Detections.Events;
using NetMon.Core.Detections.Tracking;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Workloads;

/// <summary>Finds small flows to one place outside that come as if by a clock.</summary>
/// <remarks>
/// Of each workload, address and port the last 32 gaps between flows are remembered, those that began within a second taken as one. Their median absolute
/// deviation must be a small share of their median, which a few that were missed or delayed do not change. One flow that is not small, or a gap that is
/// too short, begins anew.
/// </remarks>
internal sealed class Beacons(BeaconSettings settings, IncidentBook book)
{
    /// <summary>Places outside that are remembered: 250 bytes each.</summary>
    public const int MaxPlaces = 4096;

    private const ulong BurstNs = Nanoseconds.Second;

    private readonly TrackTable<PlaceKey, PlaceState>? _places = settings.Enabled
        ? new(MaxPlaces, 24 * Nanoseconds.Hour)
        : null;

    public int Tracked => _places?.Count ?? 0;

    public long Evicted => _places?.Evicted ?? 0;

    /// <summary>A new flow to the outside.</summary>
    public void Opened(in FlowSighting flow, Workload workload)
    {
        if (_places is null)
        {
            return;
        }

        var key = KeyOf(in flow, workload);
        ref var place = ref _places.Touch(in key, flow.NowNs, out var isNew);
        var gap = flow.StartNs > place.LastNs ? flow.StartNs - place.LastNs : 0;
        if (isNew || gap < BurstNs)
        {
            place.FirstNs = isNew ? flow.StartNs : place.FirstNs;
            place.LastNs = Math.Max(place.LastNs, flow.StartNs);
            return;
        }

        place.LastNs = flow.StartNs;
        if (gap < Nanoseconds.Of(settings.ShortestGap))
        {
            place.Restart(flow.StartNs);
            return;
        }

        place.Gaps[place.Count++ % Gaps.Length] = (float)(gap / 1e9);
        if (
            place.Count + 1 >= settings.Count
            && flow.StartNs - place.FirstNs >= Nanoseconds.Of(settings.Duration)
        )
        {
            Judge(in flow, workload, ref place);
        }
    }

    /// <summary>A flow to the outside is over.</summary>
    public void Ended(in FlowSighting flow, Workload workload)
    {
        if (_places is null || flow.TotalSentBytes + flow.TotalReceivedBytes <= settings.MaxBytes)
        {
            return;
        }

        var key = KeyOf(in flow, workload);
        ref var place = ref _places.Find(in key);
        if (!Unsafe.IsNullRef(ref place))
        {
            place.Restart(place.LastNs);
        }
    }

    private void Judge(in FlowSighting flow, Workload workload, ref PlaceState place)
    {
        Span<float> sorted = stackalloc float[Gaps.Length];
        sorted = sorted[..Math.Min(place.Count, Gaps.Length)];
        for (var i = 0; i < sorted.Length; i++)
        {
            sorted[i] = place.Gaps[i];
        }

        var median = Median(sorted);
        for (var i = 0; i < sorted.Length; i++)
        {
            sorted[i] = Math.Abs(sorted[i] - median);
        }

        var jitter = Median(sorted) / median;
        if (jitter * 100 > settings.JitterPercent)
        {
            return;
        }

        Report(in flow, workload, (median, jitter, place.Count + 1), place.FirstNs);
    }

    private void Report(
        in FlowSighting flow,
        Workload workload,
        (float Median, float Jitter, int Flows) found,
        ulong sinceNs
    )
    {
        var key = new IncidentKey(DetectionType.Beacon, flow.TargetAddress, flow.TargetPort, workload);
        var figures = new SecurityEvidence
        {
            Attempts = found.Flows,
            IntervalSeconds = Math.Round(found.Median, 3),
            Jitter = Math.Round(found.Jitter, 4),
            Samples = Math.Min(found.Flows - 1, Gaps.Length),
        };
        var text =
            $"{workload} asks {flow.TargetAddress} port {flow.TargetPort} every {found.Median:0.#} s, {found.Flows} times so far";
        if (book.TryGet(in key, out var open))
        {
            var incident = (FigureIncident)open;
            (incident.Text, incident.Figures) = (text, figures);
            IncidentBook.Touch(incident, flow.NowNs);
            return;
        }

        book.TryBegin(
            in key,
            new FigureIncident
            {
                Type = DetectionType.Beacon,
                Severity = DetectionSeverity.Medium,
                SinceNs = sinceNs,
                Source = new(flow.SourceAddress, 0, flow.Source),
                Target = new(flow.TargetAddress, flow.TargetPort, flow.Destination),
                Text = text,
                Figures = figures,
                // The next one is due only after its gap.
                PatienceNs = (ulong)(found.Median * 3e9),
            },
            flow.NowNs
        );
    }

    private static float Median(Span<float> values)
    {
        values.Sort();
        return values[values.Length / 2];
    }

    private static PlaceKey KeyOf(in FlowSighting flow, Workload workload) =>
        new(workload, flow.TargetAddress, ((uint)flow.Protocol << 16) | flow.TargetPort);

    private readonly record struct PlaceKey(Workload Workload, NetworkAddress Address, uint Port)
        : ITrackKey<PlaceKey>
    {
        public ulong Hash() => TrackHash.Of(Address, ((ulong)(uint)Workload.GetHashCode() << 32) | Port);
    }

    private struct PlaceState
    {
        public ulong FirstNs;
        public ulong LastNs;
        public int Count;
        public Gaps Gaps;

        public void Restart(ulong nowNs)
        {
            Count = 0;
            FirstNs = nowNs;
        }
    }

    [InlineArray(Length)]
    private struct Gaps
    {
        public const int Length = 32;

        private float _first;
    }
}
