using System.Globalization;
using System.Net;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Traffic;

/// <summary>Real programs that make traffic from host to peer.</summary>
internal static class Programs
{
    /// <summary>Echo requests and replies, one by one.</summary>
    public static void Ping(TwoHosts lab, IPAddress to, int count, int bytes) =>
        lab.Host.Run("ping", ["-q", "-n", "-c", Text(count), "-i", "0.02", "-s", Text(bytes), to.ToString()]);

    /// <summary>One run of iperf3 against a server of its own; returns when both ended.</summary>
    public static void Iperf(TwoHosts lab, IPAddress to, params string[] arguments)
    {
        using var server = lab.Peer.Start("iperf3", "--server", "--one-off", "--forceflush");
        server.WaitForText("Server listening");
        lab.Host.Run("iperf3", ["--client", to.ToString(), .. arguments]);
        server.WaitForExit();
    }

    /// <summary>Requests, each over a connection of its own.</summary>
    /// <returns>The bytes of the last answer's body.</returns>
    public static int Fetch(TwoHosts lab, Uri what, int times)
    {
        var body = "";
        for (var i = 0; i < times; i++)
        {
            body = lab.Host.Run("curl", "--silent", "--fail", what.ToString());
        }

        return body.Length;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
