using System.Net.NetworkInformation;
using System.Text.Json;

namespace NetMon.Lab.Machines;

/// <summary>An interface of a namespace, as ip and ethtool see it.</summary>
public readonly record struct LabInterface(NetworkNamespace Namespace, string Name)
{
    /// <summary>Adds an address such as <c>10.0.0.1/24</c> or <c>fd00::1/64</c>.</summary>
    public void AddAddress(string address) => Namespace.Run("ip", "address", "add", address, "dev", Name);

    public PhysicalAddress HardwareAddress =>
        PhysicalAddress.Parse(Describe().GetProperty("address").GetString()!);

    public int Index => Describe().GetProperty("ifindex").GetInt32();

    /// <summary>
    /// Segmentation and receive offloads, and with them whether packets of more than an MTU pass. TCP hands large packets to the traffic
    /// control hook either way; off, they are cut right after it, before tcpdump and the wire.
    /// </summary>
    public void SetOffloads(bool enabled)
    {
        var to = enabled ? "on" : "off";
        Namespace.Run("ethtool", "-K", Name, "tso", to, "gso", to, "gro", to, "tx-udp-segmentation", to);
    }

    /// <summary>What the driver counted since the interface was made.</summary>
    public InterfaceCounters ReadCounters()
    {
        var counters = Describe().GetProperty("stats64");
        return new(Direction(counters.GetProperty("rx")), Direction(counters.GetProperty("tx")));

        static LinkCounters Direction(JsonElement json) =>
            new(
                json.GetProperty("packets").GetInt64(),
                json.GetProperty("bytes").GetInt64(),
                json.GetProperty("dropped").GetInt64()
            );
    }

    private JsonElement Describe()
    {
        using var json = JsonDocument.Parse(
            Namespace.Run("ip", "-json", "-stats", "link", "show", "dev", Name)
        );
        return json.RootElement[0].Clone();
    }
}

/// <summary>Packets, bytes (link header included) and packets that were thrown away.</summary>
public readonly record struct LinkCounters(long Packets, long Bytes, long Dropped)
{
    public const int EthernetHeader = 14;

    /// <summary>Bytes without the Ethernet headers.</summary>
    public long IpBytes => Bytes - (Packets * EthernetHeader);

    public static LinkCounters operator -(LinkCounters after, LinkCounters before) =>
        new(after.Packets - before.Packets, after.Bytes - before.Bytes, after.Dropped - before.Dropped);
}

public readonly record struct InterfaceCounters(LinkCounters Received, LinkCounters Sent)
{
    public static InterfaceCounters operator -(InterfaceCounters after, InterfaceCounters before) =>
        new(after.Received - before.Received, after.Sent - before.Sent);
}
