using NetMon.Core.Flows;

namespace NetMon.Core.Networks;

/// <summary>What an address's number alone tells.</summary>
public static class AddressRanges
{
    /// <summary>Addresses that networks may use as they like: RFC 1918, the shared space of RFC 6598, unique local addresses (RFC 4193).</summary>
    public static bool IsPrivate(in NetworkAddress address)
    {
        if (!address.IsIPv4)
        {
            return address.High >> 57 == 0xfc >> 1;
        }

        var number = (uint)address.Low;
        return number >> 24 == 10
            || number >> 20 == 0xac1
            || number >> 16 == 0xc0a8
            || number >> 22 == 0x6440 >> 6;
    }
}
