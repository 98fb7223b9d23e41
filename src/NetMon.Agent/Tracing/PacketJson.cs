using System.Text.Json;
using NetMon.Agent.Drops;
using NetMon.Bpf.Drops;
using NetMon.Bpf.Records;
using NetMon.Core.Drops;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tracing;

/// <summary>Writes a traced packet in the shape that <c>docs/api.md</c> describes.</summary>
internal sealed class PacketJson(DropReasons reasons, uint ownNetns, Func<long> offsetNs)
{
    private const int MaxPlaces = 1024;

    private static readonly string[] Verdicts = ["open", "delivered", "forwarded", "sent", "dropped"];

    private static readonly string[] Points =
    [
        "",
        "receive",
        "send",
        "driver",
        "socket",
        "read",
        "done",
        "drop",
    ];

    private readonly Dictionary<ulong, string?> _places = [];

    public void Write(Utf8JsonWriter json, TracedPacket packet)
    {
        var names = new FlowJsonContext(offsetNs(), _ => null);
        var verdict = packet.Judge(IsOrdinary);
        json.WriteStartObject();
        FlowJson.WriteTime(json, "time"u8, packet.Points[0].TimeNs, in names);
        WriteTuple(json, packet);
        json.WriteString("verdict"u8, Verdicts[(int)verdict]);
        if (verdict == PacketVerdict.Dropped && packet.Points[^1] is { Point: TracePoint.Drop } drop)
        {
            json.WriteString("reason"u8, reasons.Find(drop.Reason).Name);
            if (Place(drop.Location) is { } place)
            {
                json.WriteString("location"u8, place);
            }
        }

        json.WriteStartArray("way"u8);
        foreach (var point in packet.Points)
        {
            WritePoint(json, in point, packet.Points[0].TimeNs);
        }

        json.WriteEndArray();
        if (packet.MorePoints > 0)
        {
            json.WriteNumber("more_points"u8, packet.MorePoints);
        }

        json.WriteEndObject();
    }

    private static void WriteTuple(Utf8JsonWriter json, TracedPacket packet)
    {
        foreach (var point in packet.Points)
        {
            if (point.HasTuple == 0)
            {
                continue;
            }

            json.WriteString("protocol"u8, IpProtocolNames.Name(point.Protocol));
            WriteEnd(json, "source"u8, point.Source, point.Ports[0]);
            WriteEnd(json, "destination"u8, point.Destination, point.Ports[1]);
            json.WriteNumber("length"u8, point.Length);
            if (point.TcpFlags != 0)
            {
                Span<byte> text = stackalloc byte[FlowJsonText.MaxLength];
                json.WriteString("tcp_flags"u8, text[..FlowJsonText.WriteTcpFlags(text, point.TcpFlags)]);
            }

            return;
        }
    }

    private static void WriteEnd(
        Utf8JsonWriter json,
        ReadOnlySpan<byte> name,
        AddressBytes address,
        ushort port
    )
    {
        json.WriteStartObject(name);
        json.WriteString("ip"u8, new NetworkAddress(address).ToString());
        json.WriteNumber("port"u8, port);
        json.WriteEndObject();
    }

    private void WritePoint(Utf8JsonWriter json, in TraceEvent point, ulong startNs)
    {
        json.WriteStartObject();
        var seen = point.Point == TracePoint.Drop && IsOrdinary(point) ? TracePoint.Done : point.Point;
        json.WriteString("point"u8, Points[Math.Min((int)seen, Points.Length - 1)]);
        if (point.Point is TracePoint.Receive or TracePoint.Send)
        {
            json.WriteString("hook"u8, point.Point == TracePoint.Receive ? "tc ingress"u8 : "tc egress"u8);
        }

        json.WriteNumber("after_us"u8, (point.TimeNs - Math.Min(startNs, point.TimeNs)) / 1000.0);
        if (point.Ifindex != 0)
        {
            json.WriteString("interface"u8, point.Interface.Text());
        }

        if (point.Netns != 0 && point.Netns != ownNetns)
        {
            json.WriteNumber("netns"u8, point.Netns);
        }

        if (point.HasTuple != 0)
        {
            WriteEnd(json, "source"u8, point.Source, point.Ports[0]);
            WriteEnd(json, "destination"u8, point.Destination, point.Ports[1]);
        }

        if (point.Mark != 0)
        {
            json.WriteString("mark"u8, $"0x{point.Mark:x}");
        }

        if (point.Point == TracePoint.Driver && point.Code != 0)
        {
            json.WriteNumber("code"u8, point.Code);
        }

        json.WriteEndObject();
    }

    private bool IsOrdinary(TraceEvent drop)
    {
        var reason = reasons.Find(drop.Reason);
        var function = Place(drop.Location)?.Split('+')[0];
        return reason.Class == DropClass.Ordinary
            || DropPlaces.OrdinaryPlaces.Any(place =>
                string.Equals(place.Reason, reason.Name, StringComparison.Ordinal)
                && string.Equals(place.Function, function, StringComparison.Ordinal)
            );
    }

    private string? Place(ulong address)
    {
        if (!_places.TryGetValue(address, out var name))
        {
            try
            {
                name = KernelSymbols.Find([address]).GetValueOrDefault(address);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // kernel.kptr_restrict: a packet has a reason without a place.
            }

            if (_places.Count < MaxPlaces)
            {
                _places[address] = name;
            }
        }

        return name;
    }
}
