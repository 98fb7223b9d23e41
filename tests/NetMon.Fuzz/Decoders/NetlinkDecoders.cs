using System.Text;
using NetMon.Bpf.Attaching;
using NetMon.Bpf.Netlink;
using NetMon.Fuzz.Mutation;

namespace NetMon.Fuzz.Decoders;

/// <summary>What the kernel says over netlink. A message that is not whole is refused; none throws.</summary>
internal static class NetlinkDecoders
{
    private const int LongestName = 15;

    public static IReadOnlyList<(string Name, Func<string, Decoder> Make)> All { get; } =
    [
        ("netlink-messages", Messages),
        ("netlink-links", name => Message(name, "RTM_NEWLINK", "link", 16, Link)),
        ("netlink-addresses", name => Message(name, "RTM_NEWADDR", "address", 8, Address)),
        ("netlink-routes", name => Message(name, "RTM_NEWROUTE", "route", 12, Route)),
        ("netlink-filters", name => Message(name, "RTM_NEWTFILTER, RTM_NEWQDISC", "filter", 20, Filter)),
        ("netlink-sockets", name => Message(name, "inet_diag", "socket", 72, ListeningSocket)),
        ("netlink-namespaces", Namespaces),
        ("conntrack", name => Message(name, "IPCTNL_MSG_CT_NEW", "conntrack", 4, Connection)),
        ("conntrack-tuples", Tuples),
    ];

    private static Decoder Message(
        string name,
        string reads,
        string seeds,
        int attributesAt,
        Decode decode
    ) =>
        new(name, reads, Seeds.Netlink(seeds), () => decode)
        {
            Grammar = Grammar.Attributes,
            AttributesAt = attributesAt,
        };

    private static Decoder Messages(string name)
    {
        // Each message with its header, and several in one datagram.
        var messages = (string[])["link", "address", "route", "filter", "conntrack"];
        var seeds = messages
            .SelectMany(kind => Seeds.Netlink(kind).Take(3))
            .Select((payload, i) => Datagram((ushort)(16 + i), payload))
            .ToList();
        seeds.Add([.. seeds[0], .. seeds[4], .. seeds[7]]);
        return new Decoder(name, "datagrams", seeds, () => Walk)
        {
            Grammar = Grammar.Attributes,
            AttributesAt = 32,
        };
    }

    private static bool Walk(ReadOnlySpan<byte> input)
    {
        var reader = new NetlinkMessageReader(input);
        var count = 0;
        while (reader.TryRead(out var message))
        {
            count++;
            _ = NetlinkEncoding.ErrorOf(in message);
            _ = Link(message.Payload) | Address(message.Payload) | Route(message.Payload);
            _ = Filter(message.Payload) | Connection(message.Payload);
        }

        BrokenException.Unless(
            count <= input.Length / NetlinkMessageReader.HeaderBytes,
            "more messages than there is room for"
        );
        return count > 0;
    }

    private static bool Link(ReadOnlySpan<byte> input)
    {
        if (!LinkMessage.TryParse(input, out var link))
        {
            return false;
        }

        BrokenException.Unless(link.Index > 0, "a link without an index");
        BrokenException.Unless(link.Name.Length <= LongestName, "a name that is too long");
        var described = LinkTable.Describe(in link, null);
        BrokenException.Unless(
            described == LinkTable.Describe(in link, described),
            "a link told twice is another"
        );
        return true;
    }

    private static bool Address(ReadOnlySpan<byte> input)
    {
        if (!AddressMessage.TryParse(input, out var address))
        {
            return false;
        }

        BrokenException.Unless(address.Address.Length is 4 or 16, "an address of another length");
        _ = LinkTable.Describe(in address);
        return true;
    }

    private static bool Route(ReadOnlySpan<byte> input)
    {
        if (!RouteMessage.TryParse(input, out var route))
        {
            return false;
        }

        _ = route.IsDefault;
        var hops = route.NextHops;
        var count = 0;
        while (hops.TryRead(out _))
        {
            count++;
        }

        BrokenException.Unless(count <= input.Length / 8, "more next hops than there is room for");
        return true;
    }

    private static bool Filter(ReadOnlySpan<byte> input)
    {
        if (!TrafficControlMessage.TryParse(input, out var filter))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(filter.BpfName);
        if (FilterName.TryParse(text, out var ours))
        {
            BrokenException.Unless(
                FilterName.TryParse($"{ours}", out var again) && again == ours,
                "a name told twice is another"
            );
        }

        return true;
    }

    private static bool ListeningSocket(ReadOnlySpan<byte> input)
    {
        var ports = new ListeningPorts();
        return ListeningSockets.TryAdd(ports, ListeningSockets.Tcp, input);
    }

    private static bool Connection(ReadOnlySpan<byte> input)
    {
        if (!ConntrackMessage.TryParse(input, out var original, out var reply))
        {
            return false;
        }

        BrokenException.Unless(
            original.Reversed().Reversed() == original,
            "reversed twice, a tuple is another"
        );
        return Asked(in original) & Asked(in reply);
    }

    // What is asked for is what was told: the reader understands what the writer wrote.
    private static bool Asked(in ConnectionTuple tuple)
    {
        if (!ConntrackRequest.CanAsk(in tuple) || ConntrackRequest.IsEcho(in tuple))
        {
            return true;
        }

        Span<byte> room = stackalloc byte[2 * ConntrackRequest.MaxBytes];
        var length = ConntrackRequest.Write(room, in tuple, reply: false, 1);
        // The question has one tuple, an answer two of them: it is read twice.
        var attributes = room[20..length];
        Span<byte> answer = stackalloc byte[4 + (2 * attributes.Length)];
        room[16..20].CopyTo(answer);
        attributes.CopyTo(answer[4..]);
        attributes.CopyTo(answer[(4 + attributes.Length)..]);
        answer[4 + attributes.Length + 2] = 2; // CTA_TUPLE_REPLY
        BrokenException.Unless(
            ConntrackMessage.TryParse(answer, out var read, out _) && SameEnds(in read, in tuple),
            "a tuple is not read as it was written"
        );
        return true;
    }

    private static bool SameEnds(in ConnectionTuple left, in ConnectionTuple right) =>
        ((ReadOnlySpan<byte>)left.Source).SequenceEqual(right.Source)
        && ((ReadOnlySpan<byte>)left.Destination).SequenceEqual(right.Destination)
        && left.Protocol == right.Protocol;

    private static Decoder Tuples(string name) =>
        new(
            name,
            "CTA_TUPLE_ORIG, CTA_TUPLE_REPLY",
            [
                .. new[]
                {
                    "02000000340001801400018008000100"
                        + "0a090102080002000a6000021c000280050001000600000006000200c0010000060003000050000034000280140001"
                        + "80080001000a090202080002000a0902011c0002800500010006000000060002001f90000006000300c0010000",
                    "0a000000540001802c00018014000300fd09000100000000000000000000000214000400fd96000000000000000000"
                        + "000000000124000280050001003a0000000600070012670000050008008000000005000900000000005400028"
                        + "02c00018014000300fd09000200000000000000000000000214000400fd09000100000000000000000000000224"
                        + "000280050001003a000000060007001267000005000800810000000500090000000000",
                }.Select(Convert.FromHexString),
            ],
            () => Connection
        )
        {
            Grammar = Grammar.Attributes,
            AttributesAt = 4,
        };

    private static Decoder Namespaces(string name) =>
        new(
            name,
            "ancillary data of address events",
            [
                // struct cmsghdr: length 8, level 4 (SOL_NETLINK 270), type 4 (NETLINK_LISTEN_ALL_NSID 8), the number.
                [20, 0, 0, 0, 0, 0, 0, 0, 14, 1, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0],
                [
                    .. (byte[])[24, 0, 0, 0, 0, 0, 0, 0, 14, 1, 0, 0, 3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8],
                    .. (byte[])[20, 0, 0, 0, 0, 0, 0, 0, 14, 1, 0, 0, 8, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0],
                ],
            ],
            () => static input => NamespaceAddressEvents.TryReadNamespace(input, out _)
        )
        {
            Grammar = Grammar.Fields,
        };

    private static byte[] Datagram(ushort type, byte[] payload)
    {
        var length = 16 + payload.Length;
        var datagram = new byte[(length + 3) & ~3];
        BitConverter.TryWriteBytes(datagram, length);
        BitConverter.TryWriteBytes(datagram.AsSpan(4), type);
        payload.CopyTo(datagram, 16);
        return datagram;
    }
}
