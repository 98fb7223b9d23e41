using System.Runtime.CompilerServices;
using NetMon.Core.Detections.Events;
using NetMon.Core.Detections.Tracking;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Floods;

/// <summary>Finds ports whose handshakes are begun in great number and not completed.</summary>
/// <remarks>
/// Held against the sources is a SYN that was answered and not acknowledged, and, once they come from a hundred places, a SYN that was not answered nor sent again:
/// a system's own connections retry within a second, those to a crashed server too. Three times as many must fail as are completed.
/// </remarks>
internal sealed class SynFloods(SynFloodSettings settings, IncidentBook book)
{
    /// <summary>Ports that are remembered: 200 bytes each.</summary>
    public const int MaxTargets = 1024;

    /// <summary>Sources from which on unanswered SYNs count.</summary>
    private const int ManySources = 100;
    private const int Dominance = 3;
    private const int BinSeconds = 10;
    private const ulong BinNs = BinSeconds * Nanoseconds.Second;

    private readonly TrackTable<TargetKey, TargetState> _targets = new(MaxTargets, Nanoseconds.Minute);

    public int Tracked => _targets.Count;

    public long Evicted => _targets.Evicted;

    /// <summary>A connection that had its time.</summary>
    public void Add(in FlowSighting flow, bool answered)
    {
        if (!answered && (flow.Retried || flow.HasIcmpError || flow.ReceivedPackets > 0))
        {
            return;
        }

        var key = new TargetKey(flow.TargetAddress, flow.TargetPort);
        ref var target = ref _targets.Touch(in key, flow.NowNs, out _);
        target.Turn(flow.NowNs);
        var source = TrackHash.Of(flow.SourceAddress, 0);
        target.Sources.Advance(flow.NowNs, 2 * BinNs);
        target.Sources.Add(source);
        if (answered)
        {
            target.HalfOpen++;
        }
        else
        {
            target.Unanswered++;
        }

        var held = target.HalfOpen + (target.Sources.Count >= ManySources ? target.Unanswered : 0);
        if (held >= settings.Rate * BinSeconds && held >= target.Completed * Dominance)
        {
            Report(in flow, source, held, ref target);
        }
    }

    /// <summary>A connection that was completed.</summary>
    public void Completed(in FlowSighting flow)
    {
        var key = new TargetKey(flow.TargetAddress, flow.TargetPort);
        ref var target = ref _targets.Find(in key);
        if (!Unsafe.IsNullRef(ref target))
        {
            target.Turn(flow.NowNs);
            target.Completed++;
        }
    }

    private void Report(in FlowSighting flow, ulong source, int held, ref TargetState target)
    {
        var key = new IncidentKey(
            DetectionType.SynFlood,
            flow.TargetAddress,
            flow.TargetPort,
            Workload: null
        );
        if (book.TryGet(in key, out var open))
        {
            ((FloodIncident)open).Add(in flow, source, held / (double)BinSeconds, attempts: 1);
            IncidentBook.Touch(open, flow.NowNs);
            return;
        }

        var incident = new FloodIncident
        {
            Type = DetectionType.SynFlood,
            Severity = DetectionSeverity.High,
            SinceNs = target.TurnNs,
            Source = target.Sources.Count == 1 ? new(flow.SourceAddress, 0, flow.Source) : null,
            Target = new(flow.TargetAddress, flow.TargetPort, flow.Destination),
            EarlierSources = target.Sources.Count,
        };
        incident.Add(in flow, source, held / (double)BinSeconds, held);
        book.TryBegin(in key, incident, flow.NowNs);
    }

    private readonly record struct TargetKey(NetworkAddress Address, ushort Port) : ITrackKey<TargetKey>
    {
        public ulong Hash() => TrackHash.Of(Address, Port);
    }

    private struct TargetState
    {
        public WindowedDistinct Sources;
        public ulong TurnNs;
        public int HalfOpen;
        public int Unanswered;
        public int Completed;

        public void Turn(ulong nowNs)
        {
            if (nowNs >= TurnNs + BinNs)
            {
                (TurnNs, HalfOpen, Unanswered, Completed) = (nowNs, 0, 0, 0);
            }
        }
    }
}
