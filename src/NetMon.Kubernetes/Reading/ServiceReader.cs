using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Reading;

/// <summary>Services (v1).</summary>
internal static class ServiceReader
{
    public static FieldTree Fields { get; } =
        FieldTree.Of(
            "metadata name",
            "metadata namespace",
            "metadata uid",
            "spec type",
            "spec clusterIP",
            "spec clusterIPs",
            "spec externalIPs",
            "spec ports name",
            "spec ports protocol",
            "spec ports port",
            "spec ports nodePort",
            "status loadBalancer ingress ip"
        );

    public static ServiceObject? Read(ref FieldReader fields, ReaderContext context)
    {
        var metadata = default(ObjectMetadata);
        var spec = new Spec();
        var balancers = new List<NetworkAddress>();
        if (!fields.BeginObject())
        {
            return null;
        }

        while (fields.NextMember())
        {
            if (fields.Is("metadata"u8))
            {
                metadata.Read(ref fields, context);
            }
            else if (fields.Is("spec"u8))
            {
                spec.Read(ref fields, context);
            }
            else if (fields.Is("status"u8))
            {
                ReadIngress(ref fields, context, balancers);
            }
            else
            {
                fields.Skip();
            }
        }

        return new ServiceObject
        {
            Id = metadata.Id(ref fields),
            Type = spec.Type ?? "ClusterIP",
            ClusterIps = spec.ClusterIps.ToArray(),
            ExternalIps = spec.ExternalIps.ToArray(),
            LoadBalancerIps = balancers.ToArray(),
            Ports = spec.Ports.ToArray(),
        };
    }

    // {"loadBalancer":{"ingress":[{"ip":"..."}]}}, of which the filter lets nothing else through.
    private static void ReadIngress(
        ref FieldReader fields,
        ReaderContext context,
        List<NetworkAddress> balancers
    )
    {
        if (!fields.BeginObject())
        {
            return;
        }

        while (fields.NextMember())
        {
            if (fields.Is("loadBalancer"u8))
            {
                ReadIngress(ref fields, context, balancers);
            }
            else if (fields.Is("ip"u8))
            {
                AddressReader.Add(ref fields, context, balancers);
            }
            else if (fields.Is("ingress"u8) && fields.BeginArray())
            {
                while (fields.NextItem())
                {
                    ReadIngress(ref fields, context, balancers);
                }
            }
            else
            {
                fields.Skip();
            }
        }
    }

    private struct Spec()
    {
        public readonly List<NetworkAddress> ClusterIps = [];
        public readonly List<NetworkAddress> ExternalIps = [];
        public readonly List<ServicePortObject> Ports = [];
        public string? Type;

        // clusterIP is the first of clusterIPs, where there are both.
        public void Read(ref FieldReader fields, ReaderContext context)
        {
            if (!fields.BeginObject())
            {
                return;
            }

            while (fields.NextMember())
            {
                if (fields.Is("type"u8))
                {
                    Type = fields.Name(context.Strings);
                }
                else if (fields.Is("clusterIP"u8))
                {
                    AddressReader.Add(ref fields, context, ClusterIps);
                }
                else if (fields.Is("clusterIPs"u8))
                {
                    AddressReader.AddAll(ref fields, context, ClusterIps);
                }
                else if (fields.Is("externalIPs"u8))
                {
                    AddressReader.AddAll(ref fields, context, ExternalIps);
                }
                else if (fields.Is("ports"u8) && fields.BeginArray())
                {
                    ReadPorts(ref fields, context);
                }
                else
                {
                    fields.Skip();
                }
            }
        }

        private readonly void ReadPorts(ref FieldReader fields, ReaderContext context)
        {
            var port = default(PortReader);
            while (fields.NextItem())
            {
                if (port.TryRead(ref fields, context))
                {
                    Ports.Add(
                        new ServicePortObject(
                            port.Name,
                            port.Protocol,
                            port.Port,
                            port.NodePort,
                            port.AppProtocol
                        )
                    );
                }
            }
        }
    }
}
