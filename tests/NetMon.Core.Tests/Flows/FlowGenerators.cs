using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Flows;

namespace NetMon.Core.Tests.Flows;

/// <summary>Arbitrary addresses and flows, with the runs of zeros and the mix of IPv4 and IPv6 that real ones have.</summary>
internal static class FlowGenerators
{
    public static Gen<NetworkAddress> Address { get; } =
        Gen.OneOf(
            Gen.Choose(int.MinValue, int.MaxValue).Select(bits => NetworkAddress.FromIPv4((uint)bits)),
            Gen.OneOf(Gen.Constant(0), Gen.Constant(0), Gen.Choose(0, 0xffff), Gen.Choose(0, 0xf))
                .ArrayOf(8)
                .Select(FromGroups)
        );

    public static Gen<Flow> Flow { get; } =
        from first in Endpoint()
        from second in Endpoint()
        from protocol in Gen.OneOf(
            Gen.Elements<byte>(IpProtocol.Tcp, IpProtocol.Udp, IpProtocol.Icmp, IpProtocol.IcmpV6),
            Gen.Choose(0, 255).Select(number => (byte)number)
        )
        from numbers in Gen.Choose(0, 3).SelectMany(kind => Number(kind)).ArrayOf(24)
        from state in Gen.Elements(Enum.GetValues<FlowState>())
        from cause in Gen.Elements(Enum.GetValues<FlowCause>())
        from status in Gen.Elements(Enum.GetValues<FlowStatus>())
        from bits in Gen.Choose(0, 7)
        from direction in Gen.Elements(Enum.GetValues<FlowDirection>())
        from attribution in EndpointGenerators.Attribution
        from source in HealthGenerators.End
        from destination in HealthGenerators.End
        from drops in HealthGenerators.Drops
        select new Flow
        {
            Attribution = attribution,
            SourceOwner = source.Owner,
            DestinationOwner = destination.Owner,
            SourceSocket = source.Socket,
            DestinationSocket = destination.Socket,
            SourceRoundTrips = source.RoundTrips,
            DestinationRoundTrips = destination.RoundTrips,
            MssSent = source.Mss,
            MssReceived = destination.Mss,
            FirstByteUs = (uint)numbers[1],
            Drops = drops,
            Source = first,
            Destination = second,
            Protocol = protocol,
            StartNs = (ulong)numbers[0],
            LastNs = (ulong)numbers[0] + (ulong)numbers[1],
            Total = Counts(numbers) with
            {
                SourceHealth = source.Health,
                DestinationHealth = destination.Health,
            },
            SynToSynAckUs = (uint)numbers[16],
            SynAckToAckUs = (uint)numbers[17],
            ConnectUs = (uint)numbers[18],
            TcpFlagsSent = (ushort)(numbers[19] & 0x1ff),
            TcpFlagsReceived = (ushort)(numbers[20] & 0x1ff),
            IcmpType = (byte)numbers[21],
            IcmpCode = (byte)numbers[22],
            IcmpErrorType = (byte)numbers[23],
            State = state,
            Cause = cause,
            Status = status,
            Direction = direction,
            Class = (FlowClass)((bits >> 1) & 1),
            SamplingRate = (ushort)numbers[23],
            InitiatorCertain = (bits & 4) != 0,
        };

    public static FlowCounts Counts(params ReadOnlySpan<long> numbers) =>
        new()
        {
            Sent = { Packets = numbers[2], Bytes = numbers[3] },
            Received = { Packets = numbers[4], Bytes = numbers[5] },
            RetransmitsSent = numbers[6],
            RetransmitsReceived = numbers[7],
            RetransmittedBytesSent = numbers[8],
            RetransmittedBytesReceived = numbers[9],
            ZeroWindowsSent = numbers[10],
            ZeroWindowsReceived = numbers[11],
            ResetsSent = numbers[12],
            ResetsReceived = numbers[13],
            SynRetries = numbers[14],
            IcmpErrors = numbers[15],
        };

    private static Gen<long> Number(int kind) =>
        kind switch
        {
            0 => Gen.Constant(0L),
            1 => Gen.Choose(1, 9).Select(n => (long)n),
            _ => Gen.Choose(0, int.MaxValue).Select(n => (long)n * 1000),
        };

    private static Gen<FlowEndpoint> Endpoint() =>
        from address in Address
        from port in Gen.Choose(0, 65535)
        from index in Gen.Choose(0, 3)
        select new FlowEndpoint(address, (ushort)port, index);

    private static NetworkAddress FromGroups(int[] groups)
    {
        Span<byte> bytes = stackalloc byte[16];
        for (var i = 0; i < groups.Length; i++)
        {
            bytes[2 * i] = (byte)(groups[i] >> 8);
            bytes[(2 * i) + 1] = (byte)groups[i];
        }

        return new NetworkAddress(bytes);
    }
}
