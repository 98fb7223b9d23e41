using System.Globalization;
using System.Net;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd;

/// <summary>Real programs that make traffic from host to peer.</summary>
internal static class Traffic
{
    /// <summary>Echo requests and replies, one by one.</summary>
    public static void Ping(TwoHosts lab, IPAddress to, int count, int bytes) =>
        lab.Host.Run(
            "ping",
            ["-q", "-n", "-c", Text(count), "-i", "0.02", "-s", Text(bytes), to.ToString()]
        );

    /// <summary>One run of iperf3 against a server of its own; returns when both ended.</summary>
    public static void Iperf(TwoHosts lab, IPAddress to, params string[] arguments)
    {
        using var server = lab.Peer.Start("iperf3", "--server", "--one-off", "--forceflush");
        server.WaitForText("Server listening");
        lab.Host.Run("iperf3", ["--client", to.ToString(), .. arguments]);
        server.WaitForExit();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
