using NetMon.Core.Flows;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Reading;

/// <summary>EndpointSlices (discovery.k8s.io/v1). Of one whose addresses are names (addressType FQDN) no endpoint is kept.</summary>
internal static class EndpointSliceReader
{
    public static FieldTree Fields { get; } =
        FieldTree.Of(
            "metadata name",
            "metadata namespace",
            "metadata uid",
            "metadata labels kubernetes.io/service-name",
            "addressType",
            "endpoints addresses",
            "endpoints conditions ready",
            "endpoints conditions serving",
            "endpoints conditions terminating",
            "endpoints targetRef kind",
            "endpoints targetRef uid",
            "endpoints nodeName",
            "ports name",
            "ports protocol",
            "ports port"
        );

    public static EndpointSliceObject? Read(ref FieldReader fields, ReaderContext context)
    {
        var metadata = default(ObjectMetadata);
        var ports = new List<SlicePortObject>();
        var endpoints = new List<SliceEndpointObject>();
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
            else if (fields.Is("ports"u8) && fields.BeginArray())
            {
                ReadPorts(ref fields, context, ports);
            }
            else if (fields.Is("endpoints"u8) && fields.BeginArray())
            {
                while (fields.NextItem())
                {
                    ReadEndpoint(ref fields, context, endpoints);
                }
            }
            else
            {
                fields.Skip();
            }
        }

        string? service = null;
        foreach (var (key, value) in metadata.Labels ?? [])
        {
            service = key == "kubernetes.io/service-name" ? value : service;
        }

        return new EndpointSliceObject
        {
            Id = metadata.Id(ref fields),
            Service = service,
            Ports = ports.ToArray(),
            Endpoints = endpoints.ToArray(),
        };
    }

    private static void ReadPorts(ref FieldReader fields, ReaderContext context, List<SlicePortObject> ports)
    {
        var port = default(PortReader);
        while (fields.NextItem())
        {
            if (port.TryRead(ref fields, context))
            {
                ports.Add(new SlicePortObject(port.Name, port.Protocol, port.Port));
            }
        }
    }

    private static void ReadEndpoint(
        ref FieldReader fields,
        ReaderContext context,
        List<SliceEndpointObject> endpoints
    )
    {
        var addresses = new List<NetworkAddress>(1);
        var conditions = default(Conditions);
        string? target = null;
        string? node = null;
        if (!fields.BeginObject())
        {
            return;
        }

        while (fields.NextMember())
        {
            if (fields.Is("addresses"u8))
            {
                AddressReader.AddAll(ref fields, context, addresses);
            }
            else if (fields.Is("conditions"u8))
            {
                conditions.Read(ref fields);
            }
            else if (fields.Is("targetRef"u8))
            {
                target = ReadTarget(ref fields);
            }
            else if (fields.Is("nodeName"u8))
            {
                node = fields.Text(ObjectMetadata.LongestName, context.Strings);
            }
            else
            {
                fields.Skip();
            }
        }

        if (addresses.Count > 0)
        {
            var ready = conditions.Ready ?? true;
            endpoints.Add(
                new SliceEndpointObject(
                    addresses.ToArray(),
                    ready,
                    conditions.Serving ?? ready,
                    conditions.Terminating ?? false,
                    target,
                    node
                )
            );
        }
    }

    private static string? ReadTarget(ref FieldReader fields)
    {
        string? kind = null;
        string? uid = null;
        if (!fields.BeginObject())
        {
            return null;
        }

        while (fields.NextMember())
        {
            if (fields.Is("kind"u8))
            {
                kind = fields.Text(ObjectMetadata.LongestName);
            }
            else if (fields.Is("uid"u8))
            {
                uid = fields.Text(ObjectMetadata.LongestName);
            }
            else
            {
                fields.Skip();
            }
        }

        return kind is "Pod" && !string.IsNullOrEmpty(uid) ? uid : null;
    }

    private struct Conditions
    {
        public bool? Ready;
        public bool? Serving;
        public bool? Terminating;

        public void Read(ref FieldReader fields)
        {
            if (!fields.BeginObject())
            {
                return;
            }

            while (fields.NextMember())
            {
                if (fields.Is("ready"u8))
                {
                    Ready = fields.Truth();
                }
                else if (fields.Is("serving"u8))
                {
                    Serving = fields.Truth();
                }
                else if (fields.Is("terminating"u8))
                {
                    Terminating = fields.Truth();
                }
                else
                {
                    fields.Skip();
                }
            }
        }
    }
}
