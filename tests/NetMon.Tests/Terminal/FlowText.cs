using System.Buffers;
using System.Text;
using System.Text.Json;
using NetMon.Core.Flows;

namespace NetMon.Tests.Terminal;

/// <summary>Flows, and the JSON that an agent makes of them.</summary>
internal static class FlowText
{
    /// <summary>Time of every list: 2026-03-01 12:00:00 UTC.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // CLOCK_MONOTONIC of the flows is taken as nanoseconds before Now + this.
    private const ulong NowNs = 1_000_000_000_000_000;

    /// <summary>A time before <see cref="Now"/>, or after it, by the kernel's clock.</summary>
    public static ulong Ago(double seconds) => (ulong)((long)NowNs - (long)(seconds * 1e9));

    /// <summary>An established TCP flow.</summary>
    public static Flow Tcp(
        string source,
        int sourcePort,
        string destination,
        int destinationPort,
        long sent = 0,
        long received = 0,
        double age = 60
    ) =>
        new()
        {
            Source = End(source, sourcePort, 2),
            Destination = End(destination, destinationPort, 3),
            Protocol = IpProtocol.Tcp,
            State = FlowState.Established,
            Status = FlowStatus.Ok,
            Direction = FlowDirection.Egress,
            StartNs = Ago(age),
            LastNs = Ago(0.25),
            TcpFlagsSent = 0x1a,
            TcpFlagsReceived = 0x12,
            SynToSynAckUs = 412,
            SynAckToAckUs = 88,
            ConnectUs = 500,
            InitiatorCertain = true,
            Total = Counts(sent, received),
        };

    /// <summary>A flow of another protocol; its ports are 0 where it has none.</summary>
    public static Flow Other(
        byte protocol,
        string source,
        int sourcePort,
        string destination,
        int destinationPort,
        long sent = 0,
        long received = 0,
        double age = 60
    ) =>
        new()
        {
            Source = End(source, sourcePort, 2),
            Destination = End(destination, destinationPort, 3),
            Protocol = protocol,
            State = received > 0 ? FlowState.Replied : FlowState.Unreplied,
            Status = FlowStatus.Ok,
            Direction = FlowDirection.Ingress,
            StartNs = Ago(age),
            LastNs = Ago(0.25),
            IcmpType = protocol == IpProtocol.Icmp ? (byte)8 : (byte)0,
            Total = Counts(sent, received),
        };

    /// <summary>Packets are those of 1,000 bytes each.</summary>
    public static FlowCounts Counts(long sent, long received) =>
        new()
        {
            Sent = new Traffic { Bytes = sent, Packets = (sent + 999) / 1000 },
            Received = new Traffic { Bytes = received, Packets = (received + 999) / 1000 },
        };

    public static string List(params Flow[] flows) => List(InterfaceName, Now, flows);

    public static string List(Func<int, string?> interfaceName, DateTimeOffset time, params Flow[] flows) =>
        Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("time", time.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ"));
            json.WriteNumber("total", flows.Length);
            json.WriteStartArray("flows");
            foreach (var flow in flows)
            {
                FlowJson.Write(json, in flow, Context(interfaceName));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });

    /// <summary>A line of a stream, its end included.</summary>
    public static string Line(FlowEventKind kind, Flow flow) =>
        Write(json =>
            FlowJson.Write(
                json,
                new FlowEvent
                {
                    Kind = kind,
                    Flow = flow,
                    Delta = flow.Total,
                },
                Context(InterfaceName)
            )
        ) + "\n";

    public static string Lost(long count) => Write(json => FlowJson.WriteLost(json, count)) + "\n";

    /// <summary>The flow as a client reads it.</summary>
    public static FlowView View(Flow flow) => Views(flow).Flows[0];

    public static FlowListView Views(params Flow[] flows) => Views(Now, flows);

    public static FlowListView Views(DateTimeOffset time, params Flow[] flows) =>
        FlowJsonReader.TryReadList(Encoding.UTF8.GetBytes(List(InterfaceName, time, flows)), out var list)
            ? list
            : throw new InvalidOperationException("the list cannot be read back");

    private static string? InterfaceName(int index) => index == 2 ? "eth0" : "veth1a2b3c4d";

    private static FlowEndpoint End(string address, int port, int interfaceIndex) =>
        NetworkAddress.TryParse(address, out var parsed)
            ? new FlowEndpoint(parsed, (ushort)port, interfaceIndex)
            : throw new ArgumentException(address, nameof(address));

    private static FlowJsonContext Context(Func<int, string?> interfaceName) =>
        new((Now.ToUnixTimeMilliseconds() * 1_000_000) - (long)NowNs, interfaceName);

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
