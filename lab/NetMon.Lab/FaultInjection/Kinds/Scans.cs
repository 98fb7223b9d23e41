using NetMon.Lab.FaultInjection.Asking;
using NetMon.Lab.Machines;

namespace NetMon.Lab.FaultInjection.Kinds;

/// <summary>nmap in a pod.</summary>
internal abstract class Scan : Fault
{
    public override FaultPace Pace => FaultPace.Heavy;
    public override string Command => $"events --workload {Name}/client";

    protected static string Nmap(FaultSite site, params IEnumerable<string> arguments)
    {
        using var nmap = site.Client.Start(
            "nmap",
            ["-sS", "-Pn", "-n", "--disable-arp-ping", "-T4", .. arguments]
        );
        return nmap.WaitForExit(TimeSpan.FromSeconds(60)).Output;
    }

    protected static Truth Report(FaultSite site, string output, string said)
    {
        var line = output.Split('\n').FirstOrDefault(each => each.Contains(said, StringComparison.Ordinal));
        return line is null ? throw site.Differs($"nmap: {said}", output) : new Truth($"nmap: {line.Trim()}");
    }
}

internal sealed class VerticalScan : Scan
{
    public override string Name => "scan-ports";
    public override string Injected => "nmap -sS of 300 ports of a pod";
    public override Expectation Expected { get; } =
        new("event vertical-scan", "cause refused", "drops NO_SOCKET");

    public override Truth Inject(FaultSite site) =>
        Report(site, Nmap(site, "--max-retries", "6", "-p", "1-300", $"{site.Server.V4}"), "300 closed");
}

internal sealed class HorizontalScan : Scan
{
    public override string Name => "scan-hosts";
    public override string Injected => "nmap -sS of a port of 120 addresses of pods";
    public override Expectation Expected { get; } =
        new("event horizontal-scan")
        {
            // Where nobody has the address: no neighbour, or no route.
            Possible =
            [
                "cause unreachable-host",
                "cause timeout",
                "drops NEIGH_FAILED",
                "drops NOT_SPECIFIED",
            ],
        };

    public override Truth Inject(FaultSite site)
    {
        var network = site.Server.V4.ToString()[..site.Server.V4.ToString().LastIndexOf('.')];
        return Report(
            site,
            Nmap(site, "--max-retries", "0", "-p", "6379", $"{network}.130-249"),
            "120 IP addresses"
        );
    }
}

/// <summary>hping3 outside, with the addresses of many.</summary>
internal sealed class SynFlood : Fault
{
    private const int Packets = 4000;

    public override string Name => "syn-flood";
    public override string Injected => "hping3: 4,000 SYNs from random addresses";
    public override FaultPace Pace => FaultPace.Heavy;
    public override Expectation Expected { get; } =
        new("event syn-flood") { Possible = ["drops IP_INVALID_SOURCE"] };
    public override string Command => "events --workload syn-flood/server";

    public override Truth Inject(FaultSite site)
    {
        using var listener = FaultSockets.Tcp(site.Server.Namespace);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Any, FaultSite.Port));
        listener.Listen(1024);
        var service = site.AddService(
            new Services.LabService(Name, "web")
            {
                App = "server",
                Type = "LoadBalancer",
                Local = true,
                LoadBalancerIps = [Network.AddressPlan.PublicV4(50), Network.AddressPlan.PublicV6(50)],
                Ports = [new Services.LabServicePort("http", 80, FaultSite.Port, NodePort: 31_999)],
            }
        );
        using var hping = site.Cluster.Start(
            site.Cluster.Outside,
            "hping3",
            "-q",
            "-n",
            "-S",
            "-p",
            "80",
            "-c",
            $"{Packets}",
            "-i",
            "u500",
            "--rand-source",
            $"{service.LoadBalancerIps[0]}"
        );
        hping.WaitForExit(TimeSpan.FromSeconds(60), success: false);
        var came = FaultSite.Counter(site.Server.Namespace, "TcpInSegs");
        return came > Packets / 2
            ? new Truth($"nstat TcpInSegs {came}")
            : throw site.Differs($"{Packets} SYNs", $"{came}: {hping.Errors}");
    }
}
