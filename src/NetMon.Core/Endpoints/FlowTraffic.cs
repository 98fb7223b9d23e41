namespace NetMon.Core.Endpoints;

/// <summary>Whether a flow stays in the cluster (without a cluster: on this host and its containers) or an end is outside.</summary>
public enum FlowTraffic : byte
{
    Unknown,
    Internal,
    External,
}
