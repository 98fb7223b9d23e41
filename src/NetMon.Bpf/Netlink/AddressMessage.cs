using System.Runtime.InteropServices;
using static NetMon.Bpf.Netlink.RouteProtocol;

namespace NetMon.Bpf.Netlink;

/// <summary>RTM_NEWADDR, RTM_DELADDR: an address of an interface.</summary>
/// <remarks>
/// struct ifaddrmsg (linux/if_addr.h), then attributes IFA_...:
/// <code>
///  0        1        2       3       4         8
///  | family | prefix | flags | scope | index   | attributes ...
/// </code>
/// </remarks>
internal ref struct AddressMessage
{
    private const int FixedBytes = 8;

    public byte Family;
    public byte PrefixLength;
    public byte Scope;
    public int Index;

    /// <summary>4 or 16 bytes, network order.</summary>
    public ReadOnlySpan<byte> Address;

    /// <summary>The number of the namespace that was asked about, if it is another one.</summary>
    public int? TargetNamespace;

    /// <returns>False for anything that is not whole, and for other families than IPv4 and IPv6.</returns>
    public static bool TryParse(ReadOnlySpan<byte> payload, out AddressMessage message)
    {
        message = default;
        if (payload.Length < FixedBytes)
        {
            return false;
        }

        message.Family = payload[0];
        message.PrefixLength = payload[1];
        message.Scope = payload[3];
        message.Index = MemoryMarshal.Read<int>(payload[4..]);
        var attributes = new NetlinkAttributeReader(payload[FixedBytes..]);
        var local = default(ReadOnlySpan<byte>);
        while (attributes.TryRead(out var type, out var value))
        {
            // On a point-to-point link IFA_ADDRESS is the other end, and IFA_LOCAL ours.
            switch (type)
            {
                case IFA_ADDRESS:
                    message.Address = value;
                    break;
                case IFA_LOCAL:
                    local = value;
                    break;
                case IFA_TARGET_NETNSID:
                    if (!NetlinkEncoding.TryReadNumber(value, out int number))
                    {
                        return false;
                    }

                    message.TargetNamespace = number;
                    break;
            }
        }

        if (!local.IsEmpty)
        {
            message.Address = local;
        }

        return !attributes.Malformed && message.Index > 0 && message.HasWholeAddress;
    }

    private readonly bool HasWholeAddress =>
        Family switch
        {
            AF_INET => Address.Length == 4 && PrefixLength <= 32,
            AF_INET6 => Address.Length == 16 && PrefixLength <= 128,
            _ => false,
        };
}
