using System.Net;
using System.Net.Sockets;
using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.FaultInjection.World;
using NetMon.Lab.Machines;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>A router finds no neighbour with the address, and says so.</summary>
internal sealed class HostUnreachable : Fault
{
    public override string Name => "host-unreachable";
    public override string Injected => "an address that its router does not find";

    // The router's kernel is ours as well: it gives up what waited for the neighbour.
    public override Expectation Expected { get; } =
        new("cause unreachable-host") { Possible = ["drops NEIGH_FAILED"] };

    public override Truth Inject(FaultSite site) =>
        site.ConnectFails(new IPEndPoint(WorldMap.Nobody, 443), "EHOSTUNREACH");
}

internal sealed class TimeExceeded : Fault
{
    public override string Name => "routing-loop";
    public override string Injected => "two routers send it to each other";
    public override Expectation Expected { get; } = new("cause time-exceeded");

    public override Truth Inject(FaultSite site) =>
        site.ConnectFails(new IPEndPoint(WorldMap.Loop, 443), "EHOSTUNREACH");
}

/// <summary>Datagrams that must not be cut, and a link in between that cannot take them whole.</summary>
internal sealed class FragmentationNeeded : Fault
{
    private const int IP_MTU_DISCOVER = 10;
    private const int IP_PMTUDISC_PROBE = 3;

    public override string Name => "mtu";
    public override string Injected => "datagrams of 1300 bytes with DF, a link with an MTU of 1000";
    public override Expectation Expected { get; } = new("cause fragmentation-needed", "drops PKT_TOO_BIG");

    public override Truth Inject(FaultSite site)
    {
        using var socket = FaultSockets.Udp(site.Client.Namespace);

        // DF, whatever is known of the path.
        socket.SetRawSocketOption(0, IP_MTU_DISCOVER, BitConverter.GetBytes(IP_PMTUDISC_PROBE));
        socket.Connect(new IPEndPoint(WorldMap.BehindSmallMtu, 4433));
        var outcomes = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            outcomes.Add(FaultSockets.Try(() => socket.Send(new byte[1272])));
            Thread.Sleep(TimeSpan.FromMilliseconds(200));
        }

        var told = FaultSite.Counter(site.Client.Namespace, "IcmpMsgInType3");
        return told > 0
            ? new Truth($"{told} ICMP errors came")
            : throw site.Differs("ICMP errors", string.Join(", ", outcomes));
    }
}

/// <summary>The same for TCP, with a router that does not say so: what fits comes through, the rest never.</summary>
internal sealed class MtuBlackHole : Fault
{
    private const int Enough = 4;

    public override string Name => "mtu-black-hole";
    public override string Injected => "a link with an MTU of 1000, and no ICMP about it";
    public override Expectation Expected { get; } =
        new("loss") { Possible = ["drops PKT_TOO_BIG", "cause reset-by-client", "cause timeout"] };
    public override string Command => "flows --from mtu-black-hole/client -o wide";

    public override Truth Inject(FaultSite site)
    {
        using var server = new FaultServer(
            site.World.Far,
            FaultSite.Port,
            client =>
            {
                var buffer = new byte[65536];
                while (client.Receive(buffer) > 0)
                {
                    // To the end.
                }
            }
        );
        using (Socket socket = FaultSockets.Tcp(site.Client.Namespace))
        {
            socket.Connect(new IPEndPoint(WorldMap.BehindSilentMtu, FaultSite.Port));
            socket.Send(new byte[20_000]);
            Wait.TryUntil(() => Again() >= Enough, TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(300));
        }

        var again = Again();
        return again >= Enough
            ? new Truth($"nstat TcpRetransSegs {again}")
            : throw site.Differs("segments sent again", $"{again}");

        long Again() => FaultSite.Counter(site.Client.Namespace, "TcpRetransSegs");
    }
}
