using NetMon.Core.Detections.Events;
using NetMon.Core.Detections.Tracking;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Workloads;

/// <summary>Finds workloads that talk to a network outside for the first time. A network is what has a name, else a /24 or /48.</summary>
internal sealed class FirstContacts(FirstContactSettings settings, IncidentBook book)
{
    private const ulong Mask48 = 0xffff_ffff_ffff_0000;
    private const uint Mask24 = 0xffff_ff00;

    /// <summary>Workloads that talk to so many networks that none is news.</summary>
    public long Roamers { get; private set; }

    /// <summary>An answered flow to the outside.</summary>
    public void Answered(in FlowSighting flow, WorkloadState state)
    {
        if (state.Networks is not { IsFull: false } known)
        {
            return;
        }

        if (!known.Add(HashOf(in flow)))
        {
            return;
        }

        Roamers += known.IsFull ? 1 : 0;
        if (flow.NowNs < state.FirstNs + Nanoseconds.Of(settings.Learning) || state.IsIgnored)
        {
            return;
        }

        var network = NameOf(in flow);
        book.TellOnce(
            new FigureIncident
            {
                Type = DetectionType.FirstContact,
                Severity = DetectionSeverity.Low,
                SinceNs = flow.StartNs,
                Source = new(flow.SourceAddress, 0, flow.Source),
                Target = new(flow.TargetAddress, flow.TargetPort, flow.Destination),
                Text = $"{state.Workload} talks to {network} for the first time",
                Figures = new() { Network = network, Samples = known.Count },
            },
            flow.NowNs
        );
    }

    private static bool IsNamed(in FlowSighting flow) =>
        !ReferenceEquals(flow.Destination, Endpoint.External);

    private static ulong HashOf(in FlowSighting flow) =>
        IsNamed(in flow)
            ? TrackHash.Of((ulong)flow.Destination!.Workload.GetHashCode())
            : TrackHash.Of(Network(flow.TargetAddress), 0);

    private static NetworkAddress Network(in NetworkAddress address) =>
        address.IsIPv4
            ? NetworkAddress.FromIPv4((uint)address.Low & Mask24)
            : new NetworkAddress(address.High & Mask48, 0);

    private static string NameOf(in FlowSighting flow) =>
        IsNamed(in flow) ? flow.Destination!.Workload.Name
        : flow.TargetAddress.IsIPv4 ? $"{Network(flow.TargetAddress)}/24"
        : $"{Network(flow.TargetAddress)}/48";
}
