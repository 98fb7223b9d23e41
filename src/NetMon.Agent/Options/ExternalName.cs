using NetMon.Core.Networks;

namespace NetMon.Agent.Options;

/// <summary>What a network outside of the cluster is called.</summary>
public readonly record struct ExternalName(Cidr Network, string Name);
