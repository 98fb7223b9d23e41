using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NetMon.Testing.Lab;
using Xunit.Abstractions;

namespace NetMon.EndToEnd.Load;

/// <summary>Everything at once: ten thousand silent connections, readers that do not read, and a flood of new flows, each with labels of its own.</summary>
public sealed class HostileClients(ITestOutputHelper output)
{
    private const int Silent = 10_000;
    private const int Flows = 99_999;
    private const long Limit = 256L << 20;

    // Both ends are local, the far one behind a container's interface: each packet is egress and ingress.
    private static readonly (string, string) Once = ("direction", "egress");
    private static readonly IPEndPoint Api = IPEndPoint.Parse("127.0.0.1:9990");

    [SkippableFact]
    public void Memory_stays_within_its_limit_metrics_are_answered_and_no_packet_is_lost()
    {
        LabRequirements.SkipIfMissing();
        using var link = new BareLink();
        using var agent = AgentProcess.Start(
            link.Near,
            "--memory-limit",
            $"{Limit >> 20}MiB",
            "--labels",
            "address",
            "--max-series",
            "1000000",
            "--udp-idle",
            "3s",
            "--state-dir",
            "",
            "--bpf-dir",
            ""
        );
        var quiet = agent.ReadStatus("VmRSS");
        var before = link.NearInterface.ReadCounters();
        var silent = new List<Socket>();
        try
        {
            Connect(link.Near, silent);
            var idle = agent.ReadStatus("VmRSS");
            output.WriteLine(
                $"resident: {quiet >> 20} MiB quiet, {idle >> 20} MiB with {silent.Count} silent connections"
            );
            Assert.InRange(idle - quiet, long.MinValue, 64L << 20);
            Follow(link.Near, silent);
            Flood(link.Near, agent);
            var (sent, metrics) = (0.0, agent.ReadMetrics());
            Wait.TryUntil(
                () =>
                {
                    var passed = link.NearInterface.ReadCounters() - before;
                    sent = passed.Sent.Packets + passed.Received.Packets;
                    return Reported(metrics = agent.ReadMetrics()) == sent;
                },
                TimeSpan.FromMinutes(2),
                TimeSpan.FromMilliseconds(500)
            );
            var highest = agent.ReadStatus("VmHWM");
            output.WriteLine(
                $"{sent} packets, {highest >> 20} MiB at most, shed: {metrics.Sum("netmon_shed_total")}, refused: {metrics.Sum("netmon_api_refused_total")}, connections: {metrics.Sum("netmon_api_connections")}"
            );

            foreach (var what in (string[])["followers", "history", "detections", "series", "flows"])
            {
                output.WriteLine($"  {what}: {metrics.Sum("netmon_shed_total", ("what", what))}");
            }

            Assert.Equal(sent, Reported(metrics));
            Assert.InRange(highest, 0, Limit);
            Assert.NotEqual(0, metrics.Sum("netmon_shed_total"));
            Assert.InRange(metrics.Sum("netmon_api_connections"), 1, 256);
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    // Of many clients: 127.0.1.1 and on.
    private static void Connect(NetworkNamespace inside, List<Socket> silent) =>
        silent.AddRange(
            inside.Inside(() =>
                Enumerable
                    .Range(0, Silent)
                    .Select(i => Open($"127.0.{1 + (i % 4)}.{1 + (i % 200)}"))
                    .ToArray()
            )
        );

    private static void Follow(NetworkNamespace inside, List<Socket> silent)
    {
        var readers = inside.Inside(() => Enumerable.Range(1, 6).Select(i => Open($"127.0.9.{i}")).ToArray());
        silent.AddRange(readers);
        foreach (var reader in readers)
        {
            reader.Send("GET /api/v1/flows?follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
        }
    }

    private static Socket Open(string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        socket.Connect(Api);
        return socket;
    }

    // Each a flow of one datagram to a port where nobody listens; the far end answers a few by ICMP.
    private void Flood(NetworkNamespace inside, AgentProcess agent)
    {
        var slowest = TimeSpan.Zero;
        var sockets = Enumerable
            .Range(0, 3)
            .Select(_ =>
                inside.Inside(() =>
                    new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
                )
            )
            .ToArray();
        var far = IPAddress.Parse("10.67.1.1");
        var datagram = new byte[64];
        for (var i = 0; i < Flows; i++)
        {
            sockets[i % 3].SendTo(datagram, new IPEndPoint(far, 6000 + (i / 3)));
            if (i % 25_000 == 0)
            {
                var start = Stopwatch.GetTimestamp();
                agent.ReadMetrics();
                var took = Stopwatch.GetElapsedTime(start);
                slowest = took > slowest ? took : slowest;
            }
        }

        Array.ForEach(sockets, socket => socket.Dispose());
        output.WriteLine($"slowest scrape meanwhile: {slowest.TotalMilliseconds:0} ms");
    }

    private static double Reported(MetricsSnapshot metrics) =>
        metrics.Sum("netmon_packets_total", Once) + metrics.Sum("netmon_overflow_packets_total");
}
