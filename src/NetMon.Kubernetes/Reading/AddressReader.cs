using System.Text;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Kubernetes.Reading;

/// <summary>Addresses and networks in objects. What is none is left out and counted: one bad address costs an object nothing else.</summary>
internal static class AddressReader
{
    private const int LongestName = ObjectMetadata.LongestName;

    /// <summary>Adds the address that the reader is at.</summary>
    public static void Add(ref FieldReader fields, ReaderContext context, List<NetworkAddress> addresses)
    {
        if (fields.Text(LongestName) is { } text)
        {
            Add(text, context, addresses);
        }
    }

    /// <summary>Adds an address.</summary>
    public static void Add(string text, ReaderContext context, List<NetworkAddress> addresses)
    {
        // What a headless service and a pod without an address yet have.
        if (text.Length == 0 || text == "None")
        {
            return;
        }

        if (!NetworkAddress.TryParse(text, out var address) && !TryParseSloppy(text, out address))
        {
            context.Ignore();
        }
        else if (!addresses.Contains(address))
        {
            addresses.Add(address);
        }
    }

    /// <summary>Adds the addresses of the list that the reader is at.</summary>
    public static void AddAll(ref FieldReader fields, ReaderContext context, List<NetworkAddress> addresses)
    {
        if (fields.BeginArray())
        {
            while (fields.NextItem())
            {
                Add(ref fields, context, addresses);
            }
        }
    }

    public static void AddNetwork(ref FieldReader fields, ReaderContext context, List<Cidr> networks)
    {
        if (fields.Text(LongestName) is not { Length: > 0 } text)
        {
            return;
        }

        if (!Cidr.TryParse(text, out var network))
        {
            context.Ignore();
        }
        else if (!networks.Contains(network))
        {
            networks.Add(network);
        }
    }

    /// <summary>
    /// Objects of old hold octets with leading zeros, which the API server goes on to read as decimal
    /// (ParseIPSloppy in k8s.io/utils/net).
    /// </summary>
    private static bool TryParseSloppy(string text, out NetworkAddress address)
    {
        address = default;
        if (text.Length > 15 || text.Contains(':', StringComparison.Ordinal))
        {
            return false;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var octet in text.Split('.'))
        {
            var digits = octet.TrimStart('0');
            plain.Append(plain.Length > 0 ? "." : "").Append(digits.Length > 0 || octet.Length == 0 ? digits : "0");
        }

        return NetworkAddress.TryParse(plain.ToString(), out address);
    }
}
