using System.Text.Json;
using NetMon.EndToEnd.Traffic;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Suspicion;

/// <summary>Real scanners and floods, with the defaults: one event, of the right kind, about the right host.</summary>
public sealed class ScansAreTold
{
    private const int Ports = 120;

    // -T2 waits 0.4 s after each; 20 are told of.
    private const int PolitePorts = 26;

    [SkippableTheory]
    [InlineData("syn", "-sS")]
    [InlineData("syn", "-sT")]
    [InlineData("fin", "-sF")]
    [InlineData("xmas", "-sX")]
    [InlineData("null", "-sN")]
    [InlineData("ack", "-sA")]
    [InlineData("syn", "-sS", "-T2")]
    public void Nmaps_scan_of_many_ports_is_one_event_with_all_of_them(string technique, params string[] how)
    {
        LabRequirements.SkipIfMissing("nmap");
        using var lab = new TwoHosts(offloads: true);
        using var agent = AgentProcess.Start(lab.Host, "--interval", "200ms");

        var ports = how.Contains("-T2") ? PolitePorts : Ports;

        lab.Peer.Run("nmap", [.. how, "-n", "-Pn", "-p", $"1-{ports}", TwoHosts.HostV4.ToString()]);

        var told = WaitFor(agent, each => each.Evidence.Ports >= ports);
        Assert.Equal(("vertical-scan", "ongoing"), (told.Type, told.State));
        Assert.Equal(
            (TwoHosts.PeerV4.ToString(), TwoHosts.HostV4.ToString()),
            (told.Source!.Ip, told.Destination!.Ip)
        );
        Assert.Equal(ports, told.Evidence.Ports);
        Assert.Equal([technique], told.Evidence.Techniques!);
        Assert.Equal(1, agent.ReadMetrics().Sum("netmon_security_events_total", ("type", "vertical-scan")));
    }

    [SkippableFact]
    public void Nmaps_scan_of_udp_ports_is_an_event()
    {
        LabRequirements.SkipIfMissing("nmap");
        using var lab = new TwoHosts(offloads: true);
        using var agent = AgentProcess.Start(lab.Host, "--interval", "200ms");

        lab.Peer.Run(
            "nmap",
            "-sU",
            "-n",
            "-Pn",
            "--max-retries",
            "1",
            // It waits for each answer that the kernel, which sends one a second, keeps to itself.
            "--min-rate",
            "60",
            "-p",
            "1-60",
            TwoHosts.HostV4.ToString()
        );

        var told = WaitFor(agent, each => each.Evidence.Ports >= 60);
        Assert.Equal("vertical-scan", told.Type);
        Assert.Equal(["udp"], told.Evidence.Techniques!);
    }

    [SkippableTheory]
    [InlineData("-sS", "-p", "22")]
    [InlineData("-sn", "-PE")]
    public void Nmaps_sweep_of_a_network_is_one_event_with_its_destinations(params string[] how)
    {
        LabRequirements.SkipIfMissing("nmap");
        using var lab = new TwoHosts(offloads: true);
        // Nobody is there, and nobody says so.
        lab.Router.Run("ip", "route", "add", "blackhole", "10.66.3.0/24");
        using var agent = AgentProcess.Start(lab.Host, "--interval", "200ms");

        // Left to itself nmap waits for silent addresses until most of a minute is over.
        string[] brisk = ["-n", "--min-rate", "200", "--max-retries", "1"];
        lab.Host.Run(
            "nmap",
            [.. how, .. brisk, .. how[0] == "-sS" ? ["-Pn"] : Array.Empty<string>(), "10.66.3.0/24"]
        );

        var told = WaitFor(agent, each => each.Evidence.Destinations >= 220);
        Assert.Equal(("horizontal-scan", "high"), (told.Type, told.Severity));
        Assert.Equal(TwoHosts.HostV4.ToString(), told.Source!.Ip);
        Assert.InRange(told.Evidence.Destinations!.Value, 220, 295);
    }

    [SkippableFact]
    public void Hpings_flood_from_everywhere_is_an_event_about_the_port_that_it_meets()
    {
        LabRequirements.SkipIfMissing("hping3", "nginx");
        using var lab = new TwoHosts(offloads: true);
        using var web = new WebServer(lab.Host);
        using var agent = AgentProcess.Start(lab.Host, "--interval", "200ms");
        var before = agent.ReadMetrics().Sum("netmon_flows_active");

        using var flood = lab.Peer.Start(
            "hping3",
            "-q",
            "-S",
            "-p",
            "80",
            "--rand-source",
            "-i",
            "u500",
            "-c",
            "10000",
            TwoHosts.HostV4.ToString()
        );
        var told = WaitFor(agent, each => each.Type == "syn-flood");
        flood.WaitForExit(TimeSpan.FromMinutes(2), success: false);

        Assert.Equal((TwoHosts.HostV4.ToString(), (int?)80), (told.Destination!.Ip, told.Destination.Port));
        Assert.Null(told.Source);
        told = WaitFor(agent, each => each.Type == "syn-flood" && each.Evidence.Attempts > 8000);
        Assert.InRange(told.Evidence.Sources!.Value, 7500, 11_000);
        Assert.True(before < 100);
    }

    [SkippableFact]
    public void Requests_of_which_many_are_refused_are_no_event()
    {
        LabRequirements.SkipIfMissing("curl", "nginx");
        using var lab = new TwoHosts(offloads: true);
        using var web = new WebServer(lab.Peer);
        using var agent = AgentProcess.Start(lab.Host, "--interval", "200ms");
        Programs.Fetch(lab, new UriBuilder("http", TwoHosts.PeerV4.ToString()).Uri, 30);
        for (var i = 0; i < 60; i++)
        {
            Sockets.Connect(lab.Host, new(TwoHosts.PeerV4, 8080 + (i % 10)), Wait.Patience);
        }

        Thread.Sleep(TimeSpan.FromSeconds(6));
        Assert.Empty(Read(agent));
    }

    private static ToldEvent WaitFor(AgentProcess agent, Func<ToldEvent, bool> isRight)
    {
        var list = Read(agent);
        Wait.TryUntil(() => (list = Read(agent)).Any(isRight), Wait.Patience, TimeSpan.FromMilliseconds(100));
        Assert.True(list.Count == 1 && isRight(list[0]), string.Join('\n', list));
        return list[0];
    }

    private static IReadOnlyList<ToldEvent> Read(AgentProcess agent) =>
        JsonSerializer.Deserialize<ToldEvents>(agent.Get("/api/v1/events"), Names)!.Events;

    private static readonly JsonSerializerOptions Names = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private sealed record ToldEvents(IReadOnlyList<ToldEvent> Events);

    private sealed record ToldEvent(
        string Type,
        string State,
        string Severity,
        string What,
        ToldEnd? Source,
        ToldEnd? Destination,
        ToldEvidence Evidence
    );

    private sealed record ToldEnd(string? Ip, int? Port);

    private sealed record ToldEvidence(
        int? Ports,
        long? Attempts,
        long? Destinations,
        long? Sources,
        IReadOnlyList<string>? Techniques
    );
}
