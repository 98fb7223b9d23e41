using System.Globalization;
using System.Net;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>What agents report, one after the other, beside what the wire carried of <see cref="SteadyTraffic"/>.</summary>
internal static class WireFigures
{
    /// <summary>Waits until the agent reports what the wire carried, and fails if it does not.</summary>
    /// <param name="agent">The last one.</param>
    /// <param name="traffic">Stopped.</param>
    /// <param name="flows">Whether connections are compared, too.</param>
    public static void Compare(AgentProcess agent, SteadyTraffic traffic, bool flows)
    {
        // What the wire carried is read anew, too: the last packets may be on their way still.
        var difference = "";
        Wait.TryUntil(
            () =>
            {
                difference = Difference(agent.ReadMetrics(), traffic, traffic.Sent, traffic.Received, flows);
                return difference.Length == 0;
            },
            Wait.Patience,
            TimeSpan.FromMilliseconds(100)
        );
        var open = difference.Length == 0 ? "" : agent.Get("/api/v1/flows?protocol=tcp");
        Assert.True(difference.Length == 0, $"{difference}{open}{agent.Log}");
    }

    public static AgentProcess Start(TwoHosts lab, AgentState state, params string[] more) =>
        AgentProcess.Start(lab.Host, Arguments(state, more));

    /// <summary>As above, of another build.</summary>
    public static AgentProcess StartFrom(string executable, TwoHosts lab, AgentState state) =>
        AgentProcess.StartFrom(executable, lab.Host, Arguments(state));

    private static string[] Arguments(AgentState state, params string[] more) =>
        [.. state.Arguments, "--interval", "200ms", "--labels", "src_ip", "--labels", "protocol", .. more];

    /// <summary>What an agent tells of one way.</summary>
    public static double Read(MetricsSnapshot metrics, string name, IPAddress source, string direction) =>
        new[] { "tcp", "udp" }.Sum(protocol =>
            metrics.Sum(name, ("src_ip", source.ToString()), ("protocol", protocol), ("direction", direction))
        );

    private static string Difference(
        MetricsSnapshot metrics,
        SteadyTraffic traffic,
        (long Packets, long Bytes) sent,
        (long Packets, long Bytes) received,
        bool flows
    )
    {
        List<(string What, double Expected, double Reported)> figures =
        [
            ("packets sent", sent.Packets, Of("netmon_packets_total", TwoHosts.HostV4, "egress")),
            ("bytes sent", sent.Bytes, Of("netmon_bytes_total", TwoHosts.HostV4, "egress")),
            ("packets received", received.Packets, Of("netmon_packets_total", TwoHosts.PeerV4, "ingress")),
            ("bytes received", received.Bytes, Of("netmon_bytes_total", TwoHosts.PeerV4, "ingress")),
        ];
        if (flows)
        {
            figures.Add(("connections", traffic.Flows.Tcp, Flows("tcp")));
            figures.Add(("sockets of datagrams", traffic.Flows.Udp, Flows("udp")));
        }

        return string.Concat(
            figures
                .Where(figure => figure.Expected != figure.Reported)
                .Select(figure =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{figure.What}: {figure.Expected}, reported {figure.Reported}\n"
                    )
                )
        );

        double Of(string name, IPAddress source, string direction) => Read(metrics, name, source, direction);

        double Flows(string protocol) =>
            metrics.Sum(
                "netmon_flows_total",
                ("src_ip", TwoHosts.HostV4.ToString()),
                ("protocol", protocol),
                ("direction", "egress")
            );
    }
}
