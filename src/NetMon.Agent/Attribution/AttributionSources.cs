using NetMon.Agent.Interfaces;
using NetMon.Agent.Sockets;
using NetMon.Core.Endpoints;

namespace NetMon.Agent.Attribution;

/// <summary>Where attribution has its knowledge from.</summary>
internal sealed class AttributionSources
{
    public required IClusterView View { get; init; }

    public required LocalAddresses Addresses { get; init; }

    public required ThisNode Node { get; init; }

    public required WallClock Clock { get; init; }

    /// <summary>Null where connection tracking cannot be asked: then service addresses stay what they are, and translated packets count twice.</summary>
    public IConnectionLookup? Connections { get; init; }

    /// <summary>Who has which socket; null where nothing tells.</summary>
    public FlowOwners? Owners { get; init; }

    /// <summary>Whether flows are told what is taken to be spoken.</summary>
    public bool ProtocolDetection { get; init; } = true;

    public AttributionLimits Limits { get; } = new();

    /// <summary>Questions to connection tracking, per second, to begin with.</summary>
    public int ConnectionRate
    {
        init => Limits.ConnectionRate = value;
    }
}
