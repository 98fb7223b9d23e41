using System.Net;
using System.Net.Sockets;
using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection.Kinds;

internal sealed class UnreachablePort : Fault
{
    public override string Name => "udp-port";
    public override string Injected => "a datagram to a port that nobody has";
    public override Expectation Expected { get; } = new("cause unreachable-port", "drops NO_SOCKET");

    public override Truth Inject(FaultSite site)
    {
        using var socket = FaultSockets.Udp(site.Client.Namespace);
        socket.Connect(site.ServerAddress);
        socket.Send(new byte[100]);
        socket.ReceiveTimeout = 3000;
        var outcome = FaultSockets.Try(() => socket.Receive(new byte[100]));
        return outcome == "ECONNREFUSED" ? new Truth(outcome) : throw site.Differs("ECONNREFUSED", outcome);
    }
}

/// <summary>A name server that takes questions and answers none.</summary>
internal sealed class SilentDns : Fault
{
    private const int Questions = 3;

    public override string Name => "dns-silent";
    public override string Injected => "a name server that never answers";
    public override Expectation Expected { get; } = new("cause no-answer");

    public override Truth Inject(FaultSite site)
    {
        using var server = FaultSockets.Udp(site.Server.Namespace);
        server.Bind(new IPEndPoint(IPAddress.Any, 53));
        using var socket = FaultSockets.Udp(site.Client.Namespace);
        socket.ReceiveTimeout = 1000;
        socket.Connect(new IPEndPoint(site.Server.V4, 53));
        var outcome = "";
        for (var i = 0; i < Questions; i++)
        {
            socket.Send(Question(i));
            outcome = FaultSockets.Try(() => socket.Receive(new byte[512]));
        }

        var came = 0;
        while (server.Available > 0)
        {
            server.Receive(new byte[512]);
            came++;
        }

        return outcome is "ETIMEDOUT" or "EAGAIN" && came == Questions
            ? new Truth($"{outcome}, {came} questions came")
            : throw site.Differs("no answer", $"{outcome}, {came} questions came");
    }

    // RFC 1035: identifier, flags (recursion desired), one question: A of "api.example".
    private static byte[] Question(int id) =>
        [0, (byte)(id + 1), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, .. "api"u8, 7, .. "example"u8, 0, 0, 1, 0, 1];
}

/// <summary>A server that answers once and reads no more.</summary>
internal sealed class FullReceiveBuffer : Fault
{
    private const int Datagrams = 300;

    public override string Name => "udp-buffer";
    public override string Injected => "a server that reads too slowly";
    public override Expectation Expected { get; } = new("drops SOCKET_RCVBUFF");
    public override string Command => "drops --to udp-buffer/server";

    public override Truth Inject(FaultSite site)
    {
        using var server = FaultSockets.Udp(site.Server.Namespace);
        server.ReceiveBufferSize = 4096;
        server.Bind(new IPEndPoint(IPAddress.Any, FaultSite.Port));
        using Socket socket = FaultSockets.Udp(site.Client.Namespace);
        socket.Connect(site.ServerAddress);
        socket.Send(new byte[10]);
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        server.ReceiveFrom(new byte[512], ref from);
        server.SendTo(new byte[10], from);
        for (var i = 0; i < Datagrams; i++)
        {
            socket.Send(new byte[500]);
        }

        var errors = FaultSite.Settled(() => FaultSite.Counter(site.Server.Namespace, "UdpRcvbufErrors"));
        return errors > 0
            ? new Truth($"nstat UdpRcvbufErrors {errors}", errors)
            : throw site.Differs("datagrams without room", "none");
    }
}

/// <summary>As the bandwidth plugin of CNI limits a pod.</summary>
internal sealed class LimitedBandwidth : Fault
{
    private const int Datagrams = 200;

    public override string Name => "bandwidth";
    public override string Injected => "tbf with 400 kbit/s on the server's interface";
    public override Expectation Expected { get; } = new("drops QDISC_DROP");
    public override string Command => "drops --to bandwidth/server";

    public override Truth Inject(FaultSite site)
    {
        var limited = site.Server.Port!.Link.Last();
        limited.Namespace.Run(
            "tc",
            [
                "qdisc",
                "add",
                "dev",
                limited.Name,
                "root",
                "tbf",
                "rate",
                "400kbit",
                "burst",
                "3000",
                "limit",
                "5000",
            ]
        );
        using var server = FaultSockets.Udp(site.Server.Namespace);
        server.Bind(new IPEndPoint(IPAddress.Any, FaultSite.Port));
        using Socket socket = FaultSockets.Udp(site.Client.Namespace);
        socket.Connect(site.ServerAddress);
        socket.Send(new byte[10]);
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        server.ReceiveFrom(new byte[512], ref from);
        server.SendTo(new byte[10], from);
        for (var i = 0; i < Datagrams; i++)
        {
            socket.Send(new byte[1000]);
        }

        var drops = FaultSite.Settled(() => FaultSite.QueueDrops(limited));
        return drops > 0 ? new Truth($"tc: dropped {drops}", drops) : throw site.Differs("drops", "none");
    }
}
