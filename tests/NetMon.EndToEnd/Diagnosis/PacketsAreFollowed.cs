using System.Text.Json;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Diagnosis;

/// <summary>Each packet's way, against what nft counts and what was done to it; and a profile of the agent.</summary>
public sealed class PacketsAreFollowed
{
    private const int DroppedPort = 9999;
    private const int OpenPort = 9998;
    private const int Sent = 3;

    [SkippableFact]
    public void Delivered_forwarded_and_dropped_packets_are_told_apart_with_their_reason()
    {
        LabRequirements.SkipIfMissing("ping", "nft", "socat");
        using var lab = new TwoHosts(offloads: false);
        lab.Router.Run(
            "nft",
            $"add table ip t; add chain ip t f {{ type filter hook forward priority 0; }}; add rule ip t f udp dport {DroppedPort} counter drop"
        );
        var state = Directory.CreateTempSubdirectory("nm-e2e-trace-").FullName;
        try
        {
            using var agent = AgentProcess.Start(
                lab.Router,
                "--state-dir",
                state,
                "--debug-server",
                "127.0.0.1:9991"
            );
            using var server = lab.Peer.Start("socat", "-u", $"UDP-RECV:{OpenPort}", "-");
            using var trace = lab.Router.Start(
                AgentBinary.Find(),
                "debug",
                "packet-trace",
                "--server",
                $"unix:{state}/netmon.sock",
                "--duration",
                "4s",
                "-o",
                "json",
                "udp",
                TwoHosts.HostV4.ToString()
            );
            // It may take a while to load: packets go until the first is told of, or the time is over.
            Wait.Until(
                () =>
                {
                    Send(lab, DroppedPort);
                    Send(lab, OpenPort);
                    Thread.Sleep(100);
                    return trace.Output.Contains("dropped", StringComparison.Ordinal) || trace.HasExited;
                },
                "a packet to be told of"
            );
            trace.WaitForExit();

            var packets = trace
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement)
                .ToList();
            var dropped = packets.Where(packet => Port(packet) == DroppedPort).ToList();
            var open = packets.Where(packet => Port(packet) == OpenPort).ToList();
            Assert.NotEmpty(dropped);
            Assert.NotEmpty(open);
            Assert.All(
                dropped,
                packet =>
                {
                    Assert.Equal("dropped", packet.GetProperty("verdict").GetString());
                    Assert.Equal("NETFILTER_DROP", packet.GetProperty("reason").GetString());
                    Assert.Equal(["eth0", "left"], Interfaces(packet));
                }
            );
            // Read by socat beyond the router: in three namespaces, one packet.
            Assert.All(
                open,
                packet =>
                {
                    Assert.Equal("delivered", packet.GetProperty("verdict").GetString());
                    Assert.Equal(["eth0", "left", "right", "eth0"], Interfaces(packet));
                }
            );
            Assert.InRange(dropped.Count, 1, CountOfNft(lab));
            AssertProfile(agent.Namespace);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static void AssertProfile(NetworkNamespace space)
    {
        using var client = space.CreateHttpClient(new Uri("http://127.0.0.1:9991"));
        foreach (var kind in new[] { "cpu", "allocations" })
        {
            using var answer = client.Send(
                new HttpRequestMessage(HttpMethod.Get, $"/debug/profile/{kind}?seconds=0.5")
            );
            answer.EnsureSuccessStatusCode();
            using var body = new MemoryStream();
            answer.Content.ReadAsStream().CopyTo(body);
            // A file of EventPipe begins so, and names of methods come at its end.
            Assert.Equal("Nettrace"u8.ToArray(), body.ToArray()[..8]);
            Assert.True(body.Length > 10_000, $"{kind}: {body.Length} bytes");
        }
    }

    private static void Send(TwoHosts lab, int port) =>
        lab.Host.Run(
            "bash",
            "-c",
            $"for i in $(seq {Sent}); do echo x > /dev/udp/{TwoHosts.PeerV4}/{port}; done"
        );

    private static int Port(JsonElement packet) =>
        packet.GetProperty("destination").GetProperty("port").GetInt32();

    /// <summary>Where it was, in order, once each.</summary>
    private static List<string> Interfaces(JsonElement packet) =>
        [
            .. packet
                .GetProperty("way")
                .EnumerateArray()
                .Where(point => point.TryGetProperty("hook", out _))
                .Select(point => point.GetProperty("interface").GetString()!),
        ];

    private static int CountOfNft(TwoHosts lab)
    {
        using var rules = JsonDocument.Parse(lab.Router.Run("nft", "-j", "list", "chain", "ip", "t", "f"));
        return rules
            .RootElement.GetProperty("nftables")
            .EnumerateArray()
            .Where(item => item.TryGetProperty("rule", out _))
            .SelectMany(item => item.GetProperty("rule").GetProperty("expr").EnumerateArray())
            .Where(part => part.TryGetProperty("counter", out _))
            .Sum(part => part.GetProperty("counter").GetProperty("packets").GetInt32());
    }
}
