using NetMon.Bpf.Attaching;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Netlink;

public class NetlinkParserTests
{
    private const int Mutations = 200_000;

    [Fact]
    public void Real_messages_are_whole()
    {
        foreach (var datagram in Datagrams())
        {
            Assert.True(Parse(datagram) > 0);
        }
    }

    [Fact]
    public void Cut_messages_are_refused_or_read_without_reading_on()
    {
        foreach (var datagram in Datagrams())
        {
            for (var length = 0; length < datagram.Length; length++)
            {
                // A copy of its own, so that reading beyond it fails.
                Parse(datagram.AsSpan(0, length).ToArray());
            }
        }
    }

    [Fact]
    public void Mutated_messages_never_throw()
    {
        var datagrams = Datagrams();
        var random = new Random(20);
        for (var i = 0; i < Mutations; i++)
        {
            var datagram = (byte[])datagrams[i % datagrams.Count].Clone();
            for (var changes = random.Next(1, 8); changes > 0; changes--)
            {
                datagram[random.Next(datagram.Length)] = random.Next(3) switch
                {
                    0 => 0,
                    1 => 0xff,
                    _ => (byte)random.Next(256),
                };
            }

            Parse(datagram);
        }
    }

    [Fact]
    public void An_attribute_that_is_longer_than_the_rest_is_malformed()
    {
        var reader = new NetlinkAttributeReader([8, 0, 3, 0, 1, 2]);
        Assert.False(reader.TryRead(out _, out _));
        Assert.True(reader.Malformed);
    }

    [Fact]
    public void An_attribute_shorter_than_its_header_is_malformed()
    {
        var reader = new NetlinkAttributeReader([3, 0, 3, 0]);
        Assert.False(reader.TryRead(out _, out _));
        Assert.True(reader.Malformed);
    }

    [Fact]
    public void A_message_that_claims_more_than_there_is_is_refused()
    {
        var reader = new NetlinkMessageReader([17, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        Assert.False(reader.TryRead(out _));
    }

    /// <returns>Messages that a parser took.</returns>
    private static int Parse(byte[] datagram)
    {
        var taken = 0;
        var messages = new NetlinkMessageReader(datagram);
        while (messages.TryRead(out var message))
        {
            // Each parser sees each message, whatever its type says.
            taken += LinkMessage.TryParse(message.Payload, out var link) ? 1 : 0;
            _ = LinkTable.Describe(in link, null);
            taken += TrafficControlMessage.TryParse(message.Payload, out _) ? 1 : 0;
            if (AddressMessage.TryParse(message.Payload, out var address))
            {
                _ = LinkTable.Describe(in address);
                taken++;
            }

            taken += ConntrackMessage.TryParse(message.Payload, out _, out _) ? 1 : 0;
            if (RouteMessage.TryParse(message.Payload, out var route))
            {
                var hops = route.NextHops;
                while (hops.TryRead(out _)) { }

                taken++;
            }
        }

        return taken;
    }

    /// <summary>What the kernel says of this machine's interfaces, addresses and routes.</summary>
    private static List<byte[]> Datagrams()
    {
        using var socket = NetlinkSocket.Open(NetlinkProtocol.NETLINK_ROUTE);
        var recorder = new Recorder([]);
        Dump(RouteProtocol.RTM_GETLINK, default(InterfaceInfoMessage));
        Dump(RouteProtocol.RTM_GETADDR, default(AddressHeader));
        Dump(RouteProtocol.RTM_GETROUTE, default(RouteHeader));
        Assert.NotEmpty(recorder.Datagrams);
        return recorder.Datagrams;

        void Dump<T>(ushort type, T header)
            where T : unmanaged
        {
            var request = new NetlinkWriter(
                stackalloc byte[NetlinkWriter.MaxBytes],
                type,
                NetlinkProtocol.NLM_F_DUMP
            );
            request.Append(in header);
            socket.Dump(in request, ref recorder, "record messages");
        }
    }

    private readonly struct Recorder(List<byte[]> datagrams) : INetlinkVisitor
    {
        public List<byte[]> Datagrams => datagrams;

        public void OnMessage(in NetlinkMessage message)
        {
            var datagram = new byte[NetlinkMessageReader.HeaderBytes + message.Payload.Length];
            BitConverter.TryWriteBytes(datagram, datagram.Length);
            BitConverter.TryWriteBytes(datagram.AsSpan(4), message.Type);
            message.Payload.CopyTo(datagram.AsSpan(NetlinkMessageReader.HeaderBytes));
            datagrams.Add(datagram);
        }
    }
}
