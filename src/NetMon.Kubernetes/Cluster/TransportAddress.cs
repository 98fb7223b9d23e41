using NetMon.Core.Flows;

namespace NetMon.Kubernetes.Cluster;

/// <summary>Where packets are sent to. A port of 0 stands for all of them; the unspecified address for any node's.</summary>
internal readonly record struct TransportAddress(NetworkAddress Address, ushort Port, byte Protocol);
