using System.Globalization;
using System.Net;
using NetMon.Bpf.Tests.Reference;
using NetMon.Lab.Machines;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>tshark's analysis of a recording: what it flags, by sender.</summary>
internal static class TsharkHealth
{
    private const int FirstCount = 8;
    private static readonly string[] Fields =
    [
        "ip.src",
        "ipv6.src",
        "tcp.srcport",
        "ip.dst",
        "ipv6.dst",
        "tcp.dstport",
        "ip.proto",
        "ipv6.nxt",
        .. HealthCounts.Names.Select(name => $"tcp.analysis.{name}"),
        "frame.time_epoch",
        "tcp.seq_raw",
        "tcp.len",
        "tcp.ack_raw",
        "tcp.flags",
    ];

    public static HealthBySender Read(string file)
    {
        var all = new HealthBySender();
        string[] fields = [.. Fields.SelectMany(f => new[] { "-e", f })];
        var lines = Command.Run(
            "tshark",
            ["-r", file, "-Y", "tcp", "-T", "fields", "-E", "occurrence=f", .. fields]
        );
        var trips = new RoundTrips();
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var values = line.Split('\t');
            if (values[6] + values[7] is not "6")
            {
                continue; // inside a tunnel, or quoted by an ICMP error
            }

            var (source, destination) = (
                Parse(values[0] + values[1], values[2]),
                Parse(values[3] + values[4], values[5])
            );
            var sender = all.Of($"{source} > {destination}");
            for (var i = 0; i < HealthCounts.Names.Length; i++)
            {
                if (values[FirstCount + i].Length > 0)
                {
                    sender.Add(i);
                }
            }

            var name = $"{source} > {destination}";
            trips.Acknowledged($"{destination} > {source}", values, all);
            trips.Sent(name, values);
        }

        return all;
    }

    private static End Parse(string address, string port) =>
        new(IPAddress.Parse(address), ushort.Parse(port, CultureInfo.InvariantCulture));

    /// <summary>From each segment's first transmission to the first acknowledgment that covers it, by the recording's times.</summary>
    private sealed class RoundTrips
    {
        private readonly Dictionary<string, List<(uint End, double Time)>> _open = [];

        public void Sent(string sender, string[] values)
        {
            var flags = Flags(values);
            var length = Number(values[^3]) + (uint)((flags >> 1) & 1) + (uint)(flags & 1);
            var end = Number(values[^4]) + length;
            var open = Open(sender);
            if ((flags & 2) != 0)
            {
                open.Clear();
            }

            if (length > 0 && !open.Exists(s => (int)(s.End - end) >= 0))
            {
                open.Add((end, Time(values)));
            }
        }

        public void Acknowledged(string sender, string[] values, HealthBySender all)
        {
            if ((Flags(values) & 0x10) == 0)
            {
                return;
            }

            var (open, ack) = (Open(sender), Number(values[^2]));
            foreach (var segment in open.Where(s => (int)(ack - s.End) >= 0))
            {
                all.Of(sender).AddRoundTrip((Time(values) - segment.Time) * 1e6);
            }

            open.RemoveAll(s => (int)(ack - s.End) >= 0);
        }

        private List<(uint End, double Time)> Open(string sender) =>
            _open.TryGetValue(sender, out var open) ? open : _open[sender] = [];

        private static double Time(string[] values) => double.Parse(values[^5], CultureInfo.InvariantCulture);

        /// <summary>A cut header has no numbers.</summary>
        private static uint Number(string value) =>
            value.Length == 0 ? 0 : uint.Parse(value, CultureInfo.InvariantCulture);

        private static int Flags(string[] values) =>
            values[^1].Length == 0 ? 0 : Convert.ToInt32(values[^1], 16);
    }
}
