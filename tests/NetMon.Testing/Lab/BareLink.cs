using System.Net;
using NetMon.Testing.Lab.Connections;

namespace NetMon.Testing.Lab;

/// <summary>
/// Two namespaces and one veth pair with nothing on it but what a test sends: IPv4 only, neighbours known beforehand, many addresses on
/// the near end. The interface counters of the near end are then exactly the traffic.
/// </summary>
public sealed class BareLink : IDisposable
{
    private const int Addresses = 32;
    private readonly LabNetwork _network = new();

    /// <param name="offloads">Whether packets of more than an MTU pass; the counters then are no longer those of a wire.</param>
    public BareLink(bool offloads = false)
    {
        Near = _network.AddNamespace("near");
        Far = _network.AddNamespace("far");
        foreach (var each in (NetworkNamespace[])[Near, Far])
        {
            each.Set("ipv6/conf/all/disable_ipv6", "1");
            each.Set("ipv6/conf/default/disable_ipv6", "1");
        }

        LabNetwork.Connect(Near, "eth0", Far, "eth0");
        NearInterface = new LabInterface(Near, "eth0");
        FarInterface = new LabInterface(Far, "eth0");
        NearInterface.SetOffloads(offloads);
        FarInterface.SetOffloads(offloads);
        for (var i = 1; i <= Addresses; i++)
        {
            NearInterface.AddAddress($"10.67.0.{i}/16");
            Neighbour(Far, $"10.67.0.{i}", NearInterface);
        }

        FarInterface.AddAddress("10.67.1.1/16");
        Neighbour(Near, "10.67.1.1", FarInterface);
    }

    public NetworkNamespace Near { get; }

    public NetworkNamespace Far { get; }

    public LabInterface NearInterface { get; }

    public LabInterface FarInterface { get; }

    /// <summary>Connections from all addresses of the near end to ports 5000 to 5003 of the far one.</summary>
    public static ConnectionPlan Plan(double rate, TimeSpan duration) =>
        new()
        {
            Sources = [.. Enumerable.Range(1, Addresses).Select(i => IPAddress.Parse($"10.67.0.{i}"))],
            Targets =
            [
                .. Enumerable
                    .Range(5000, 4)
                    .Select(port => new IPEndPoint(IPAddress.Parse("10.67.1.1"), port)),
            ],
            Rate = rate,
            Duration = duration,
        };

    public void Dispose() => _network.Dispose();

    private static void Neighbour(NetworkNamespace of, string address, LabInterface at) =>
        of.Run(
            "ip",
            "neighbour",
            "replace",
            address,
            "dev",
            "eth0",
            "nud",
            "permanent",
            "lladdr",
            string.Join(':', at.HardwareAddress.GetAddressBytes().Select(part => part.ToString("x2")))
        );
}
