using System.Collections.Immutable;
using System.Net;

namespace NetMon.Testing.Packets;

/// <summary>
/// A packet as a stack of headers, outermost first. Immutable: every method returns a longer packet, so that a common prefix can be shared.
/// <see cref="Build"/> computes lengths, checksums and protocol numbers from the inside out.
/// </summary>
/// <example><c>Packet.Ethernet().Vlan(7).IPv4("10.0.0.1", "10.0.0.2").Tcp(40000, 80, TcpFlags.Syn).Build()</c></example>
public sealed partial class Packet
{
    private readonly ImmutableArray<Layer> _layers;

    private Packet(ImmutableArray<Layer> layers)
    {
        _layers = layers;
    }

    /// <summary>Without link header: as a device such as tun or wireguard sees it.</summary>
    public static Packet Bare { get; } = new([]);

    public static Packet Ethernet(Func<EthernetLayer, EthernetLayer>? change = null) =>
        Bare.With(new EthernetLayer(), change);

    public Packet With(Layer layer) => new(_layers.Add(layer));

    public Packet With<T>(T layer, Func<T, T>? change)
        where T : Layer => With(change is null ? layer : change(layer));

    /// <summary>The packet inside this one: <c>outer.Then(inner)</c> for tunnels.</summary>
    public Packet Then(Packet inner) => new(_layers.AddRange(inner._layers));

    /// <summary>An Ethernet header inside a tunnel.</summary>
    public Packet InnerEthernet() => With(new EthernetLayer());

    public Packet Vlan(ushort id, ushort tagProtocol = VlanLayer.CustomerTag) =>
        With(new VlanLayer(id) { TagProtocol = tagProtocol });

    public Packet Arp(ushort operation = 1) => With(new ArpLayer(operation));

    public Packet IPv4(string source, string destination, Func<IPv4Layer, IPv4Layer>? change = null) =>
        With(
            new IPv4Layer { Source = IPAddress.Parse(source), Destination = IPAddress.Parse(destination) },
            change
        );

    public Packet IPv6(string source, string destination, Func<IPv6Layer, IPv6Layer>? change = null) =>
        With(
            new IPv6Layer { Source = IPAddress.Parse(source), Destination = IPAddress.Parse(destination) },
            change
        );

    public Packet Extension(byte number, int length = 8) =>
        With(new IPv6ExtensionLayer(number) { Length = length });

    public Packet Tcp(
        ushort source,
        ushort destination,
        TcpFlags flags = TcpFlags.Ack,
        uint sequence = 0,
        Func<TcpLayer, TcpLayer>? change = null
    ) => With(new TcpLayer(source, destination) { Flags = flags, Sequence = sequence }, change);

    public Packet Udp(ushort source, ushort destination, Func<UdpLayer, UdpLayer>? change = null) =>
        With(new UdpLayer(source, destination), change);

    public Packet UdpLite(ushort source, ushort destination, ushort coverage = 8) =>
        With(new UdpLayer(source, destination) { Lite = true, Length = coverage });

    public Packet Sctp(ushort source, ushort destination) =>
        With(new SctpLayer(source, destination)).Payload(SctpLayer.InitChunk());

    public Packet IcmpEcho(ushort id, ushort sequence = 1, bool reply = false) =>
        With(new IcmpLayer(reply ? (byte)0 : (byte)8, 0) { Rest = ((uint)id << 16) | sequence });

    public Packet Icmp6Echo(ushort id, ushort sequence = 1, bool reply = false) =>
        Icmp6(reply ? (byte)129 : (byte)128, 0, ((uint)id << 16) | sequence);

    public Packet Icmp(byte type, byte code, uint rest = 0) =>
        With(new IcmpLayer(type, code) { Rest = rest });

    public Packet Icmp6(byte type, byte code, uint rest = 0) =>
        With(new IcmpLayer(type, code) { Version6 = true, Rest = rest });

    /// <summary>Any other IP protocol by number.</summary>
    public Packet Protocol(byte number, byte[] bytes) =>
        With(new RawLayer(bytes) { AnnouncedProtocol = number });

    /// <summary>Any other EtherType.</summary>
    public Packet EtherType(ushort type, byte[] bytes) =>
        With(new RawLayer(bytes) { AnnouncedEtherType = type });

    public Packet Payload(byte[] bytes) => With(new RawLayer(bytes));

    /// <summary><paramref name="length"/> bytes counting up from 0.</summary>
    public Packet Payload(int length) => Payload(Pattern(length));

    public Packet Vxlan(uint vni, ushort port = VxlanLayer.Port) =>
        Udp(55555, port).With(new VxlanLayer(vni));

    public Packet Geneve(uint vni) => Udp(55555, GeneveLayer.Port).With(new GeneveLayer(vni));

    public Packet Gre(uint? key = null) => With(new GreLayer { Key = key });

    public byte[] Build() => Build(0);

    /// <summary>The first <paramref name="length"/> bytes of the packet.</summary>
    public byte[] BuildTruncated(int length) => Build()[..length];

    internal static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)i;
        }

        return bytes;
    }

    private byte[] Build(int firstLayer)
    {
        byte[] bytes = [];
        for (var i = _layers.Length - 1; i >= firstLayer; i--)
        {
            var next = i + 1 < _layers.Length ? _layers[i + 1] : null;
            var ip = _layers.Take(i).OfType<IpLayer>().LastOrDefault();
            bytes = _layers[i].Wrap(bytes, new LayerContext(next, ip));
        }

        return bytes;
    }
}
