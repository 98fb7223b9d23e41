using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Drops;
using NetMon.Core.Flows;
using NetMon.Core.Sockets;

namespace NetMon.Core.Tests.Flows;

/// <summary>Arbitrary health, sockets and drops; each part is often missing, as in most flows.</summary>
internal static class HealthGenerators
{
    public static Gen<EndOfFlow> End { get; } =
        from counts in Gen.OneOf(Gen.Constant(0), Gen.Choose(1, 1000)).ArrayOf(10)
        from roundTrips in Gen.Choose(0, 100_000).Two()
        from socket in Gen.Choose(0, 5).ArrayOf(5)
        from owner in Gen.Elements(Owners)
        from mss in Gen.Elements<ushort>(0, 536, 1460, ushort.MaxValue)
        select new EndOfFlow(
            new EndHealth
            {
                ZeroWindowNs = counts[0] * 1_234_567L,
                RoundTripSumUs = counts[1] * 777L,
                RoundTrips = (uint)counts[1],
                FastRetransmits = (uint)counts[2],
                TimeoutRetransmits = (uint)counts[3],
                SpuriousRetransmits = (uint)counts[4],
                OutOfOrder = (uint)counts[5],
                DuplicateAcks = (uint)counts[6],
                Gaps = (uint)counts[7],
                WindowFull = (uint)counts[8],
            },
            new RoundTripExtremes((uint)roundTrips.Item1, (uint)(roundTrips.Item1 + roundTrips.Item2)),
            owner,
            new SocketFigures
            {
                ReadNs = (ulong)socket[0],
                DeliveryRate = (ulong)socket[1],
                SrttUs = (uint)socket[2],
                RttVarUs = (uint)socket[3],
                MinRttUs = (uint)socket[4],
            },
            mss
        );

    public static Gen<FlowDrops?> Drops { get; } =
        Gen.Elements(
            null,
            new FlowDrops([new FlowDrop("NETFILTER_DROP", 3, 180, 0, 0)]) { ByPolicy = true },
            new FlowDrops([new FlowDrop("QDISC_DROP", 9, 900, 8, 800), new FlowDrop("other", 0, 0, 1, 60)])
        );

    private static SocketOwner?[] Owners { get; } =
    [
        null,
        new(1, "systemd", "", "", ""),
        new(4711, "nginx", "/kubepods.slice/x", new string('a', 64), "0e4f6c1a-6b0a-4d2c-9f0e-5a2f1c3d4e5f"),
    ];

    internal sealed record EndOfFlow(
        EndHealth Health,
        RoundTripExtremes RoundTrips,
        SocketOwner? Owner,
        SocketFigures Socket,
        ushort Mss
    );
}
