using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Attribution;

/// <summary>Connections that a host translates make two flows in the kernel; one comes out, and conntrack's own counts say what is in it.</summary>
public sealed partial class TranslatedOnce
{
    private const int Connections = 12;

    [SkippableFact]
    public void Each_translated_connection_is_one_flow_with_the_true_ends_and_every_packet_once()
    {
        LabRequirements.SkipIfMissing("nft", "conntrack", "ping");
        using var lab = new ContainerHost();
        using var server = ContainerHost.Serve(lab.Server, 80);
        using var website = ContainerHost.Serve(lab.Outside, 443);
        using var agent = AgentProcess.Start(lab.Host, "--interval", "200ms", "--tcp-closed", "1m");
        for (var i = 0; i < Connections; i++)
        {
            ContainerHost.Exchange(lab.Client, ContainerHost.OutsideAddress, 443);
            ContainerHost.Exchange(lab.Client, ContainerHost.ServiceAddress, 80);
            ContainerHost.Exchange(lab.Host, ContainerHost.ServiceAddress, 80);
            ContainerHost.Exchange(lab.Host, ContainerHost.OutsideAddress, 443);
            ContainerHost.Exchange(lab.Outside, ContainerHost.HostAddress, 8080);
        }

        lab.Client.Run("ping", "-q", "-c", "5", "-i", "0.05", $"{ContainerHost.OutsideAddress}");
        var expected = Tracked(lab.Host);
        Assert.Equal((5 * Connections) + 1, expected.Count);
        List<Connection> seen = [];
        Wait.TryUntil(
            () => (seen = Flows(agent)).Sum(flow => flow.Packets) >= expected.Sum(flow => flow.Packets),
            TimeSpan.FromSeconds(10)
        );

        Assert.Equal(expected, seen);
        var metrics = agent.ReadMetrics();
        Assert.Equal(0, metrics.Sum("netmon_attribution_total", ("result", "timeout")));

        // Of a process of the host that asks for a service only the backend's key is seen, and of one that does not there is one key.
        Assert.Equal((3 * Connections) + 1, metrics.Sum("netmon_attribution_total", ("result", "shadow")));
        Assert.Equal(0, agent.Stop());
    }

    /// <summary>Who opened it, who answered, what was asked for if that was not it, and what conntrack or the agent counted.</summary>
    private sealed record Connection(
        string Client,
        string Server,
        string Asked,
        long Packets,
        long PacketsSent,
        long BytesSent,
        long BytesReceived
    );

    private static List<Connection> Sorted(IEnumerable<Connection> connections) =>
        [
            .. connections
                .OrderBy(each => each.Client, StringComparer.Ordinal)
                .ThenBy(each => each.Server, StringComparer.Ordinal)
                .ThenBy(each => each.Asked, StringComparer.Ordinal),
        ];

    private static List<Connection> Tracked(NetworkNamespace host)
    {
        var connections = new List<Connection>();
        foreach (var line in host.Run("conntrack", "-L").Split('\n'))
        {
            var fields = Field()
                .Matches(line)
                .Select(match => (match.Groups["name"].Value, match.Groups["value"].Value));
            var values = fields.ToLookup(field => field.Item1, field => field.Item2, StringComparer.Ordinal);
            if (!values["src"].Any() || values["src"].First() == "127.0.0.1")
            {
                continue;
            }

            // What the client sends comes first, then what the server sends.
            var isTcp = values["sport"].Any();
            var client = values["src"].First() + (isTcp ? $":{values["sport"].First()}" : "");
            var asked = values["dst"].First() + (isTcp ? $":{values["dport"].First()}" : "");
            var server = values["src"].Last() + (isTcp ? $":{values["sport"].Last()}" : "");
            var packets = values["packets"].Select(Number).ToArray();
            var bytes = values["bytes"].Select(Number).ToArray();
            connections.Add(
                new(
                    client,
                    server,
                    asked == server ? "" : asked,
                    packets.Sum(),
                    packets[0],
                    bytes[0],
                    bytes[1]
                )
            );
        }

        return Sorted(connections);
    }

    private static List<Connection> Flows(AgentProcess agent)
    {
        using var list = JsonDocument.Parse(agent.Get("/api/v1/flows"));
        return Sorted(
            list.RootElement.GetProperty("flows")
                .EnumerateArray()
                .Where(flow => flow.GetProperty("protocol").GetString() is "tcp" or "icmp")
                .Select(Read)
        );
    }

    private static Connection Read(JsonElement flow)
    {
        var (sent, received) = (flow.GetProperty("sent"), flow.GetProperty("received"));
        var destination = flow.GetProperty("destination");
        return new(
            End(flow.GetProperty("source")),
            End(destination),
            destination.TryGetProperty("service", out var service) ? End(service) : "",
            sent.GetProperty("packets").GetInt64() + received.GetProperty("packets").GetInt64(),
            sent.GetProperty("packets").GetInt64(),
            sent.GetProperty("bytes").GetInt64(),
            received.GetProperty("bytes").GetInt64()
        );
    }

    private static string End(JsonElement end) =>
        end.GetProperty("ip").GetString()
        + (end.TryGetProperty("port", out var port) ? $":{port.GetInt32()}" : "");

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"(?<name>\w+)=(?<value>\S+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 60_000
    )]
    private static partial Regex Field();
}
