using System.Collections;
using NetMon.Core.Detections.Events;
using NetMon.Core.Detections.Tracking;
using NetMon.Core.Flows;

namespace NetMon.Core.Detections.Scans;

/// <summary>A scan that goes on: 9 KiB, so that its ports are counted exactly.</summary>
internal sealed class ScanIncident : Incident
{
    private const int MaxSample = 16;

    private readonly BitArray _ports = new(ushort.MaxValue + 1);
    private readonly DistinctSketch _destinations = new();
    private readonly List<string> _sample = new(MaxSample);
    private int _portCount;
    private long _attempts;
    private ProbeTechniques _techniques;

    /// <summary>Destinations of before the incident, which no address is known of any more.</summary>
    public int EarlierDestinations { get; init; }

    /// <summary>Their places: what hits one is taken for one of them.</summary>
    public Bitmap256 Earlier { get; init; }

    public required byte Protocol { get; init; }

    /// <summary>Adds what came before the incident.</summary>
    public void AddEarlier(int attempts, ProbeTechniques techniques)
    {
        _attempts += attempts;
        _techniques |= techniques;
    }

    public void AddPort(ushort port)
    {
        _portCount += _ports[port] ? 0 : 1;
        _ports[port] = true;
    }

    public void Add(in FlowSighting flow, ProbeTechniques technique, ulong destinationHash)
    {
        _attempts++;
        _techniques |= technique;
        AddPort(flow.TargetPort);
        if (!Earlier.Contains(destinationHash))
        {
            _destinations.Add(destinationHash);
        }

        if (_sample.Count < MaxSample)
        {
            var text = flow.TargetAddress.ToString();
            if (!_sample.Contains(text, StringComparer.Ordinal))
            {
                _sample.Add(text);
            }
        }

        // One event for each source: with more than one target or port it has none in particular.
        if (Target is { } target)
        {
            var address = target.Address == flow.TargetAddress ? target.Address : null;
            var port = target.Port == flow.TargetPort ? target.Port : (ushort)0;
            if (address != target.Address || port != target.Port)
            {
                Target =
                    address is null && port == 0
                        ? null
                        : new(address, port, address is null ? null : target.Endpoint);
            }
        }
    }

    public override string What() =>
        Type == DetectionType.VerticalScan
            ? $"{Name(Source)} tried {_portCount} ports of {Whom()} that do not answer"
            : $"{Name(Source)} tried {Destinations()} destinations at {Where()} that do not answer";

    public override SecurityEvidence Evidence() =>
        new()
        {
            Attempts = _attempts,
            Ports = Protocol is IpProtocol.Tcp or IpProtocol.Udp ? _portCount : null,
            PortSample = Protocol is IpProtocol.Tcp or IpProtocol.Udp ? Ports() : null,
            Destinations = Destinations(),
            DestinationSample = [.. _sample],
            Techniques = ProbeWords.Of(_techniques),
        };

    private string Whom() => Target?.Address is null ? $"{Destinations()} destinations" : Name(Target);

    private string Where() =>
        Protocol is not (IpProtocol.Tcp or IpProtocol.Udp) ? IpProtocolNames.Name(Protocol)
        : _portCount == 1 ? $"{IpProtocolNames.Name(Protocol)} port {Ports()[0]}"
        : $"{_portCount} {IpProtocolNames.Name(Protocol)} ports";

    // Those that hit an earlier one's place by chance are missing in the same share as all.
    private long Destinations() =>
        EarlierDestinations == 0
            ? Math.Max(1, _destinations.Count())
            : EarlierDestinations
                + (long)Math.Round(_destinations.Count() / (1 - Math.Min(0.9, Earlier.Fill)));

    private List<int> Ports()
    {
        var ports = new List<int>(MaxSample);
        for (var port = 0; port <= ushort.MaxValue && ports.Count < MaxSample; port++)
        {
            if (_ports[port])
            {
                ports.Add(port);
            }
        }

        return ports;
    }
}
