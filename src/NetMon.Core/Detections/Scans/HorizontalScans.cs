using System.Runtime.CompilerServices;
using NetMon.Core.Detections.Events;
using NetMon.Core.Detections.Tracking;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Scans;

/// <summary>Finds who tries one port, or a ping, at many destinations.</summary>
internal sealed class HorizontalScans(PortScanSettings settings, IncidentBook book)
{
    /// <summary>Pairs of source and port that are remembered: 200 bytes each.</summary>
    public const int MaxPairs = 4096;

    private readonly ulong _windowNs = Nanoseconds.Of(settings.Window);
    private readonly TrackTable<PairKey, PairState> _pairs = new(MaxPairs, Nanoseconds.Of(settings.Window));

    public int Tracked => _pairs.Count;

    public long Evicted => _pairs.Evicted;

    /// <summary>A probe that failed.</summary>
    public void Add(in FlowSighting flow, ProbeTechniques technique)
    {
        var key = KeyOf(in flow);
        ref var pair = ref _pairs.Touch(in key, flow.NowNs, out _);
        if (pair.Failed.Advance(flow.NowNs, _windowNs))
        {
            (pair.FirstNs, pair.Techniques) = (flow.StartNs, ProbeTechniques.None);
        }

        pair.Answered.Advance(flow.NowNs, _windowNs);
        var destination = TrackHash.Of(flow.TargetAddress, 0);
        pair.Failed.Add(destination);
        pair.Techniques |= technique;
        var failed = pair.Failed.Count;
        if (
            failed < settings.Destinations
            || failed * 100L < (failed + pair.Answered.Count) * (long)settings.FailedPercent
            || pair.Failed.IsRepetitive
        )
        {
            return;
        }

        Report(in flow, technique, destination, ref pair);
    }

    /// <summary>Somebody answered: this tells a client, some of whose servers are away, from one who searches.</summary>
    /// <remarks>Of clients outside it is only counted once they asked in vain: they are too many to be remembered.</remarks>
    public void Answered(in FlowSighting flow)
    {
        var key = KeyOf(in flow);
        ref var pair = ref flow.Source is { Kind: EndpointKind.External }
            ? ref _pairs.Find(in key)
            : ref _pairs.Touch(in key, flow.NowNs, out _);
        if (Unsafe.IsNullRef(ref pair))
        {
            return;
        }

        pair.Answered.Advance(flow.NowNs, _windowNs);
        var destination = TrackHash.Of(flow.TargetAddress, 0);
        pair.Answered.Add(destination);
        // It was not ready yet, or lost a packet.
        pair.Failed.Remove(destination);
    }

    private void Report(
        in FlowSighting flow,
        ProbeTechniques technique,
        ulong destination,
        ref PairState pair
    )
    {
        var key = new IncidentKey(
            DetectionType.HorizontalScan,
            flow.SourceAddress,
            flow.Protocol,
            Workload: null
        );
        if (book.TryGet(in key, out var open))
        {
            ((ScanIncident)open).Add(in flow, technique, destination);
            IncidentBook.Touch(open, flow.NowNs);
            return;
        }

        var incident = new ScanIncident
        {
            Type = DetectionType.HorizontalScan,
            Severity = VerticalScans.Severity(in flow),
            SinceNs = pair.FirstNs,
            Protocol = flow.Protocol,
            Source = new(flow.SourceAddress, 0, flow.Source),
            Target = flow.TargetPort == 0 ? null : new(Address: null, flow.TargetPort, Endpoint: null),
            EarlierDestinations = pair.Failed.Count,
            Earlier = pair.Failed.Union,
        };
        incident.AddEarlier(pair.Failed.Added - 1, pair.Techniques);
        incident.Add(in flow, technique, destination);
        book.TryBegin(in key, incident, flow.NowNs);
    }

    private static PairKey KeyOf(in FlowSighting flow) =>
        new(flow.SourceAddress, ((uint)flow.Protocol << 16) | flow.TargetPort);

    private readonly record struct PairKey(NetworkAddress Source, uint Port) : ITrackKey<PairKey>
    {
        public ulong Hash() => TrackHash.Of(Source, Port);
    }

    private struct PairState
    {
        public WindowedDistinct Failed;
        public WindowedDistinct Answered;
        public ulong FirstNs;
        public ProbeTechniques Techniques;
    }
}
