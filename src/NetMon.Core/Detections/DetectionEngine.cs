using NetMon.Core.Detections.Events;
using NetMon.Core.Detections.Floods;
using NetMon.Core.Detections.Scans;
using NetMon.Core.Detections.Tracking;
using NetMon.Core.Detections.Workloads;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections;

/// <summary>What there is in memory, and what was left out for want of room.</summary>
public readonly record struct DetectionFigures(
    int Tracked,
    int OpenEvents,
    int Workloads,
    long Evicted,
    long Suppressed,
    long WorkloadsUnknown
);

/// <summary>Looks for what is suspicious in the flows that it is told of. One thread only; a few steps for each sighting, nothing allocated.</summary>
/// <remarks>
/// <code>
///   opened   ---> connections of the workload (storms), gaps (beacons)
///   examined ---> answered: remember who answered; known networks (first contact)
///            '--> half open: floods; failed, where nobody answered lately: scans
///   any      ---> bytes of the hour (volume)
///   tick     ---> ten seconds are over (storms), a minute is over (volume), incidents that went quiet
/// </code>
/// </remarks>
public sealed class DetectionEngine
{
    private const ulong LookNs = Nanoseconds.Minute;

    private readonly DetectionSettings _settings;
    private IgnoredSources _ignored;
    private readonly IncidentBook _book;
    private readonly RecentAnswers _answers = new();
    private readonly VerticalScans? _vertical;
    private readonly HorizontalScans? _horizontal;
    private readonly SynFloods? _floods;
    private readonly WorkloadTable _workloads;
    private readonly ConnectionStorms _storms;
    private readonly VolumeAnomalies _volumes;
    private readonly FirstContacts _contacts;
    private readonly Beacons _beacons;
    private ulong _nextBinNs;
    private ulong _nextLookNs;

    /// <param name="settings">Thresholds.</param>
    /// <param name="tell">Hears of each event, on the thread of <see cref="See"/> and <see cref="Tick"/>.</param>
    public DetectionEngine(DetectionSettings settings, Action<SecurityEvent> tell)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings = settings.Copy();
        _ignored = new IgnoredSources(settings);
        _book = new IncidentBook(Nanoseconds.Of(settings.Quiet), tell);
        _vertical = settings.PortScan.Enabled ? new(settings.PortScan, _book) : null;
        _horizontal = settings.PortScan.Enabled ? new(settings.PortScan, _book) : null;
        _floods = settings.SynFlood.Enabled ? new(settings.SynFlood, _book) : null;
        _workloads = new WorkloadTable(settings, _ignored);
        _storms = new ConnectionStorms(settings.ConnectionStorm, _book);
        _volumes = new VolumeAnomalies(settings.Volume, _book);
        _contacts = new FirstContacts(settings.FirstContact, _book);
        _beacons = new Beacons(settings.Beacon, _book);
    }

    /// <summary>From now on other thresholds hold, and of others nothing is said. What was learnt stays. On the thread of <see cref="See"/>.</summary>
    public void Take(DetectionSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings.TakeThresholds(settings);
        _ignored = new IgnoredSources(_settings);
        _book.QuietNs = Nanoseconds.Of(_settings.Quiet);
        _workloads.Ignore(_ignored);
    }

    public DetectionFigures Figures =>
        new(
            (_vertical?.Tracked ?? 0)
                + (_horizontal?.Tracked ?? 0)
                + (_floods?.Tracked ?? 0)
                + _beacons.Tracked,
            _book.OpenCount,
            _workloads.Count,
            (_vertical?.Evicted ?? 0)
                + (_horizontal?.Evicted ?? 0)
                + (_floods?.Evicted ?? 0)
                + _beacons.Evicted,
            _book.Suppressed,
            _workloads.Unknown
        );

    /// <summary>Takes one sighting.</summary>
    public void See(in FlowSighting flow)
    {
        if (flow.Has(SightingSteps.Examined))
        {
            Examine(in flow);
        }

        if (flow.Has(SightingSteps.Ended) && flow.Established)
        {
            // It may have answered long ago.
            _answers.Add(flow.TargetAddress, flow.TargetPort, flow.Protocol, flow.NowNs);
        }

        WatchWorkloads(in flow);
    }

    /// <summary>Lets time pass. To be called about once a second.</summary>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    /// <param name="unixNs">The time of day, nanoseconds of the Unix epoch, in the time zone whose hours are to be told apart.</param>
    public void Tick(ulong nowNs, long unixNs)
    {
        if (nowNs >= _nextBinNs)
        {
            EndBins(nowNs);
        }

        if (nowNs >= _nextLookNs)
        {
            _nextLookNs = nowNs + LookNs;
            foreach (var state in _workloads.All)
            {
                _volumes.Look(state, unixNs / (long)Nanoseconds.Hour, nowNs);
            }

            _workloads.Tidy(nowNs);
        }

        _book.Tick(nowNs);
    }

    private void EndBins(ulong nowNs)
    {
        // A clock that jumped (a machine that slept) has not ended many tens of seconds of traffic.
        var first = _nextBinNs == 0;
        _nextBinNs =
            first || nowNs > _nextBinNs + RateHistory.BinNs
                ? nowNs + RateHistory.BinNs
                : _nextBinNs + RateHistory.BinNs;
        if (first)
        {
            return;
        }

        foreach (var state in _workloads.All)
        {
            _storms.EndBin(state, nowNs);
        }
    }

    private void Examine(in FlowSighting flow)
    {
        var outcome = ProbeRules.Judge(in flow, out var technique);
        if (outcome == ProbeOutcome.Unclear || IsForMany(flow.TargetAddress))
        {
            return;
        }

        if (outcome == ProbeOutcome.Answered)
        {
            _answers.Add(flow.TargetAddress, flow.TargetPort, flow.Protocol, flow.NowNs);
            _horizontal?.Answered(in flow);
            _floods?.Completed(in flow);
            return;
        }

        if (_floods is not null && flow.IsConnect && !_ignored.Contains(flow.TargetAddress))
        {
            _floods.Add(in flow, outcome == ProbeOutcome.HalfOpen);
        }

        if (_vertical is null || !IsHeldAgainst(in flow, outcome) || _ignored.Contains(in flow))
        {
            return;
        }

        _vertical.Add(in flow, technique);
        _horizontal!.Add(in flow, technique);
    }

    // Who answered lately has trouble; and where TCP answers, UDP without an answer is QUIC behind a firewall.
    private bool IsHeldAgainst(in FlowSighting flow, ProbeOutcome outcome) =>
        outcome == ProbeOutcome.HalfOpen
            ? (flow.FlagsSent & TcpFlags.Rst) != 0
            : !_answers.Contains(flow.TargetAddress, flow.TargetPort, flow.Protocol)
                && (
                    flow.Protocol != IpProtocol.Udp
                    || !_answers.Contains(flow.TargetAddress, flow.TargetPort, IpProtocol.Tcp)
                );

    private void WatchWorkloads(in FlowSighting flow)
    {
        if (flow.DestinationLocal && flow.Destination is { } destination)
        {
            var state = Watched(destination, flow.NowNs);
            state?.Sent?.Add(flow.ReceivedBytes);
            state?.Received?.Add(flow.SentBytes);
        }

        if (!flow.SourceLocal || flow.Source is not { } source || Watched(source, flow.NowNs) is not { } own)
        {
            return;
        }

        own.Sent?.Add(flow.SentBytes);
        own.Received?.Add(flow.ReceivedBytes);
        if (flow.Has(SightingSteps.Opened) && flow.IsConnect)
        {
            own.Connections += Math.Max((int)flow.Weight, 1);
        }

        if (flow.IsEgress && flow.Steps != SightingSteps.None && !IsForMany(flow.TargetAddress))
        {
            WatchEgress(in flow, own);
        }
    }

    private void WatchEgress(in FlowSighting flow, WorkloadState own)
    {
        if (flow.Has(SightingSteps.Opened) && !own.IsIgnored)
        {
            _beacons.Opened(in flow, own.Workload);
        }

        if (flow.Has(SightingSteps.Ended))
        {
            _beacons.Ended(in flow, own.Workload);
        }

        if (flow.Has(SightingSteps.Examined) && flow.Established)
        {
            _contacts.Answered(in flow, own);
        }
    }

    private WorkloadState? Watched(Endpoint endpoint, ulong nowNs) => _workloads.Find(endpoint, nowNs);

    /// <summary>Multicast, broadcast, link-local, loopback, unspecified: nobody in particular.</summary>
    private static bool IsForMany(in NetworkAddress address)
    {
        if (!address.IsIPv4)
        {
            return address.High >> 56 == 0xff || address.High >> 54 == 0x3fa || address.High == 0;
        }

        var number = (uint)address.Low;
        return number >> 28 >= 0xe || number >> 24 is 0 or 127 || number >> 16 == 0xa9fe;
    }
}
