using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Flows;

/// <summary>Arbitrary ends of flows, of every kind, with names as the API server would give them and as it never should.</summary>
internal static class EndpointGenerators
{
    private static readonly Gen<string> Name = Gen.Elements(
        "shop",
        "web",
        "redis-0",
        "kube-system",
        new string('x', 253),
        "名前\e[31m\"\\\u2028"
    );

    public static Gen<FlowAttribution> Attribution { get; } =
        from known in Gen.Choose(0, 9)
        from source in End()
        from destination in End()
        from service in Service()
        from asked in FlowGenerators.Address
        from port in Gen.Choose(1, 65535)
        from scope in Gen.Elements(Enum.GetValues<FlowScope>())
        from bits in Gen.Choose(0, 15)
        select known == 0
            ? default
            : new FlowAttribution
            {
                Source = source,
                Destination = destination,
                Service = (bits & 1) != 0 ? service : null,
                Asked = (bits & 2) != 0 ? asked : default,
                AskedPort = (bits & 2) != 0 ? (ushort)port : (ushort)0,
                AppProtocol =
                    (bits & 1) != 0 ? new AppProtocol("http", (AppProtocolBasis)(bits >> 1 & 1)) : null,
                Scope = scope,
                SourceLocal = (bits & 4) != 0,
                DestinationLocal = (bits & 8) != 0,
            };

    private static Gen<Endpoint> End() =>
        Gen.OneOf(
            Gen.Elements(
                Endpoint.External,
                Endpoint.UnknownPod,
                Endpoint.NamedExternal("the office, 2nd floor")
            ),
            from name in Name
            from zone in Gen.Elements(null, "a", "b")
            from labels in Labels()
            select Endpoint.OfNode(name, zone, labels),
            from ns in Name
            from kind in Gen.Elements("Deployment", "Pod", "Rollout")
            from workload in Name
            from pod in Name
            from node in Gen.Elements(null, "node-1", "node-2")
            from zone in Gen.Elements(null, "a", "b")
            from labels in Labels()
            select new Endpoint
            {
                Kind = EndpointKind.Pod,
                Workload = new Workload(ns, kind, workload),
                Pod = pod,
                Node = node,
                Zone = zone,
                Labels = labels,
            }
        );

    private static Gen<ServicePort> Service() =>
        from ns in Name
        from name in Name
        from portName in Gen.Elements("", "http")
        from port in Gen.Choose(1, 65535)
        select new ServicePort
        {
            Endpoint = new Endpoint
            {
                Kind = EndpointKind.Service,
                Workload = new Workload(ns, "Service", name),
            },
            PortName = portName,
            AddressKind = ServiceAddressKind.ClusterIp,
            Port = (ushort)port,
            Protocol = IpProtocol.Tcp,
        };

    private static Gen<KeyValuePair<string, string>[]> Labels() =>
        from count in Gen.Elements(0, 1, 3, 100)
        from value in Name
        select Enumerable
            .Range(0, count)
            .Select(i => KeyValuePair.Create($"example.org/label-{i}", value))
            .ToArray();
}
