using System.Globalization;
using System.Net;
using NetMon.EndToEnd.Traffic;
using NetMon.Testing.Lab;
using NetMon.Testing.Lab.Connections;

namespace NetMon.EndToEnd.Exactness;

/// <summary>The tests' own ground truth, checked against a second observer.</summary>
public sealed class ObserversAgree
{
    [SkippableFact]
    public void Our_reading_of_a_capture_agrees_with_tshark_by_conversation()
    {
        LabRequirements.SkipIfMissing("tshark", "ping", "iperf3");
        using var lab = new TwoHosts(offloads: false);
        using var capture = PacketCapture.Start(lab.PeerInterface);
        Programs.Ping(lab, TwoHosts.PeerV4, count: 3, bytes: 4000);
        Programs.Ping(lab, TwoHosts.PeerV6, count: 3, bytes: 4000);
        Programs.Iperf(lab, TwoHosts.PeerV4, "--bytes", "200K");
        Programs.Iperf(lab, TwoHosts.PeerV6, "--bytes", "200K", "--reverse");
        Programs.Iperf(
            lab,
            TwoHosts.PeerV6,
            "--bytes",
            "100K",
            "--udp",
            "--length",
            "3000",
            "--bitrate",
            "100M"
        );
        capture.Stop();

        var ours = WireReader.Read(capture.Path);
        var theirs = Tshark(lab, capture.Path);

        Assert.NotEmpty(theirs);
        foreach (var (ends, expected) in theirs)
        {
            var actual = ours.Sum(way =>
                (way.Source.ToString(), way.Destination.ToString(), way.Protocol) == ends
            );
            Assert.Equal((ends, expected), (ends, actual));
        }

        Assert.Equal(theirs.Values.Aggregate((sum, each) => sum + each), ours.Total);
    }

    [SkippableFact]
    public void Interface_counters_and_tcpdump_agree_on_what_the_generator_sent()
    {
        LabRequirements.SkipIfMissing("ss");
        using var lab = new BareLink();
        using var server = new ConnectionServer(lab.Far, firstPort: 5000, ports: 4);
        using var capture = PacketCapture.Start(lab.NearInterface);
        var before = lab.NearInterface.ReadCounters();
        var result = ConnectionLoad.Run(lab.Near, BareLink.Plan(rate: 1000, TimeSpan.FromSeconds(1)));
        Wait.Until(
            () => lab.Far.Run("ss", "-Htan", "exclude", "listening").Length == 0,
            "the server's last connection to be closed"
        );
        capture.Stop();
        var sent = lab.NearInterface.ReadCounters() - before;

        var wire = WireReader.Read(capture.Path).Total;
        Assert.Equal(0, result.Failed);
        Assert.InRange(result.Completed, 1, 1000);
        Assert.Equal(wire.Packets, sent.Sent.Packets + sent.Received.Packets);
        Assert.Equal(wire.Bytes, sent.Sent.IpBytes + sent.Received.IpBytes);
    }

    // Bytes and packets by (source, destination, protocol). A packet inside an ICMP error has its fields in the same line: the first is the outer.
    private static Dictionary<(string Source, string Destination, byte Protocol), Count> Tshark(
        TwoHosts lab,
        string path
    )
    {
        var lines = lab.Peer.Run(
            "tshark",
            [
                "-r",
                path,
                "-o",
                "ip.defragment:false",
                "-o",
                "ipv6.defragment:false",
                "-T",
                "fields",
                "-e",
                "ip.src",
                "-e",
                "ip.dst",
                "-e",
                "ip.proto",
                "-e",
                "ip.len",
                "-e",
                "ipv6.src",
                "-e",
                "ipv6.dst",
                "-e",
                "ipv6.nxt",
                "-e",
                "ipv6.fraghdr.nxt",
                "-e",
                "ipv6.hopopts.nxt",
                "-e",
                "ipv6.plen",
                "-E",
                "occurrence=f",
            ]
        );
        var sums = new Dictionary<(string, string, byte), Count>();
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\t');
            if (fields[0].Length == 0 && fields[4].Length == 0)
            {
                continue; // ARP
            }

            var six = fields[0].Length == 0;
            var protocol = six ? fields[6..9].Last(field => field.Length > 0) : fields[2];
            var key = (
                six ? IPAddress.Parse(fields[4]).ToString() : fields[0],
                six ? IPAddress.Parse(fields[5]).ToString() : fields[1],
                byte.Parse(protocol, CultureInfo.InvariantCulture)
            );
            var bytes = six
                ? 40 + int.Parse(fields[9], CultureInfo.InvariantCulture)
                : int.Parse(fields[3], CultureInfo.InvariantCulture);
            sums[key] = sums.GetValueOrDefault(key) + new Count(1, bytes);
        }

        return sums;
    }
}
