using System.Runtime.CompilerServices;
using NetMon.Core.Detections.Events;
using NetMon.Core.Detections.Tracking;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Core.Detections.Scans;

/// <summary>Finds who tries many ports of one destination.</summary>
internal sealed class VerticalScans(PortScanSettings settings, IncidentBook book)
{
    /// <summary>Pairs of source and destination that are remembered: 200 bytes each.</summary>
    public const int MaxPairs = 8192;

    private readonly ulong _windowNs = Nanoseconds.Of(settings.Window);
    private readonly TrackTable<PairKey, PairState> _pairs = new(MaxPairs, Nanoseconds.Of(settings.Window));

    public int Tracked => _pairs.Count;

    public long Evicted => _pairs.Evicted;

    /// <summary>A probe that failed.</summary>
    public void Add(in FlowSighting flow, ProbeTechniques technique)
    {
        var key = new PairKey(flow.SourceAddress, flow.TargetAddress);
        ref var pair = ref _pairs.Touch(in key, flow.NowNs, out _);
        if (pair.Ports.Advance(flow.NowNs, _windowNs))
        {
            pair = new PairState { FirstNs = flow.StartNs };
            pair.Ports.Advance(flow.NowNs, _windowNs);
        }

        pair.Ports.Add(TrackHash.Of(((ulong)flow.Protocol << 16) | flow.TargetPort));
        if (
            !((ReadOnlySpan<ushort>)pair.Recent)[..Math.Min(pair.RecentCount, RecentPorts.Length)]
                .Contains(flow.TargetPort)
        )
        {
            pair.Recent[pair.RecentCount++ % RecentPorts.Length] = flow.TargetPort;
        }

        pair.Techniques |= technique;
        if (pair.Ports.Count < settings.Ports || pair.Ports.IsRepetitive)
        {
            return;
        }

        Report(in flow, technique, ref pair);
    }

    private void Report(in FlowSighting flow, ProbeTechniques technique, ref PairState pair)
    {
        var key = new IncidentKey(DetectionType.VerticalScan, flow.SourceAddress, 0, Workload: null);
        if (book.TryGet(in key, out var open))
        {
            ((ScanIncident)open).Add(in flow, technique, TrackHash.Of(flow.TargetAddress, 0));
            IncidentBook.Touch(open, flow.NowNs);
            return;
        }

        var incident = new ScanIncident
        {
            Type = DetectionType.VerticalScan,
            Severity = Severity(in flow),
            SinceNs = pair.FirstNs,
            Protocol = flow.Protocol,
            Source = new(flow.SourceAddress, 0, flow.Source),
            Target = new(flow.TargetAddress, 0, flow.Destination),
        };
        incident.AddEarlier(pair.Ports.Added - 1, pair.Techniques);
        for (var i = 0; i < Math.Min(pair.RecentCount, RecentPorts.Length); i++)
        {
            incident.AddPort(pair.Recent[i]);
        }

        incident.Add(in flow, technique, TrackHash.Of(flow.TargetAddress, 0));
        book.TryBegin(in key, incident, flow.NowNs);
    }

    /// <summary>Whoever is reachable from outside is scanned all day; from within it is news.</summary>
    internal static DetectionSeverity Severity(in FlowSighting flow) =>
        flow.Source is not { Kind: EndpointKind.External } ? DetectionSeverity.High
        : AddressRanges.IsPrivate(flow.SourceAddress) ? DetectionSeverity.Medium
        : DetectionSeverity.Low;

    private readonly record struct PairKey(NetworkAddress Source, NetworkAddress Target) : ITrackKey<PairKey>
    {
        public ulong Hash() => TrackHash.Of(Source, Target);
    }

    private struct PairState
    {
        public WindowedDistinct Ports;
        public ulong FirstNs;
        public RecentPorts Recent;
        public int RecentCount;
        public ProbeTechniques Techniques;
    }

    [InlineArray(Length)]
    private struct RecentPorts
    {
        public const int Length = 32;

        private ushort _first;
    }
}
