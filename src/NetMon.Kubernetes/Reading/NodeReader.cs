using NetMon.Core.Flows;
using NetMon.Core.Networks;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Reading;

/// <summary>Nodes (v1). Of a node's addresses those that are no IP address (Hostname, InternalDNS) are none of ours.</summary>
internal static class NodeReader
{
    public static FieldTree Fields { get; } =
        FieldTree.Of(
            "metadata name",
            "metadata uid",
            "metadata labels",
            "spec podCIDR",
            "spec podCIDRs",
            "status addresses type",
            "status addresses address"
        );

    public static NodeObject? Read(ref FieldReader fields, ReaderContext context)
    {
        var metadata = default(ObjectMetadata);
        var networks = new List<Cidr>();
        var addresses = new List<NetworkAddress>();
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
                ReadSpec(ref fields, context, networks);
            }
            else if (fields.Is("status"u8))
            {
                ReadStatus(ref fields, context, addresses);
            }
            else
            {
                fields.Skip();
            }
        }

        return new NodeObject
        {
            Id = metadata.Id(ref fields),
            Labels = metadata.Labels ?? [],
            Addresses = addresses.ToArray(),
            PodCidrs = networks.ToArray(),
        };
    }

    // podCIDR is the first of podCIDRs, where there are both.
    private static void ReadSpec(ref FieldReader fields, ReaderContext context, List<Cidr> networks)
    {
        if (!fields.BeginObject())
        {
            return;
        }

        while (fields.NextMember())
        {
            if (fields.Is("podCIDR"u8))
            {
                AddressReader.AddNetwork(ref fields, context, networks);
            }
            else if (fields.Is("podCIDRs"u8) && fields.BeginArray())
            {
                while (fields.NextItem())
                {
                    AddressReader.AddNetwork(ref fields, context, networks);
                }
            }
            else
            {
                fields.Skip();
            }
        }
    }

    private static void ReadStatus(
        ref FieldReader fields,
        ReaderContext context,
        List<NetworkAddress> addresses
    )
    {
        if (!fields.BeginObject())
        {
            return;
        }

        while (fields.NextMember())
        {
            if (fields.Is("addresses"u8) && fields.BeginArray())
            {
                while (fields.NextItem())
                {
                    ReadAddress(ref fields, context, addresses);
                }
            }
            else
            {
                fields.Skip();
            }
        }
    }

    private static void ReadAddress(
        ref FieldReader fields,
        ReaderContext context,
        List<NetworkAddress> addresses
    )
    {
        string? type = null;
        string? address = null;
        if (!fields.BeginObject())
        {
            return;
        }

        while (fields.NextMember())
        {
            if (fields.Is("type"u8))
            {
                type = fields.Text(ObjectMetadata.LongestName, context.Strings);
            }
            else if (fields.Is("address"u8))
            {
                address = fields.Text(ObjectMetadata.LongestName);
            }
            else
            {
                fields.Skip();
            }
        }

        if (address is not null && type is "InternalIP" or "ExternalIP")
        {
            AddressReader.Add(address!, context, addresses);
        }
    }
}
