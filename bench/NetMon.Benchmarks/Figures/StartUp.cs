using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NetMon.Benchmarks.Reporting;
using NetMon.Testing.Lab;

namespace NetMon.Benchmarks.Figures;

/// <summary>From the start of the process to ready, and to the first flow that its API shows.</summary>
internal static class StartUp
{
    private const int Rounds = 9;

    public static Section Measure()
    {
        using var link = new BareLink();
        List<double> ready = [],
            flow = [];
        using var socket = link.Near.Inside(() =>
            new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
        );
        socket.Bind(new IPEndPoint(IPAddress.Parse("10.67.0.1"), 0));
        var stop = false;
        var traffic = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                socket.SendTo("x"u8, new IPEndPoint(IPAddress.Parse("10.67.1.1"), 9));
                Thread.Sleep(1);
            }
        });
        traffic.Start();
        for (var round = 0; round < Rounds; round++)
        {
            using var agent = AgentProcess.Start(link.Near);
            ready.Add(Stopwatch.GetElapsedTime(agent.StartedAt, agent.ReadyAt).TotalSeconds);
            Wait.Until(
                () => agent.Get("/api/v1/flows?protocol=udp").Contains("10.67.1.1", StringComparison.Ordinal),
                "a flow"
            );
            flow.Add(Stopwatch.GetElapsedTime(agent.StartedAt).TotalSeconds);
        }

        Volatile.Write(ref stop, true);
        traffic.Join();
        return new(
            "Start",
            $"From the start of the process, with a packet every millisecond on the interface; {Rounds} starts.",
            [
                new("until /readyz says so", $"{Statistics.Median(ready):0.000} s"),
                Figure.AtMost("until /api/v1/flows has a flow", Statistics.Median(flow), 0.5, "s", "0.000"),
            ]
        );
    }
}
