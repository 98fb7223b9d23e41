using System.Text.Json;
using NetMon.Core.Flows;

namespace NetMon.Core.Drops;

/// <summary>Writes drops in the shape that <c>docs/api.md</c> describes.</summary>
public static class DropJson
{
    public static void Write(Utf8JsonWriter json, DroppedPackets drop, in FlowJsonContext context)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(drop);
        ref readonly var ends = ref drop.Ends;
        json.WriteStartObject();
        FlowJson.WriteTime(json, "time"u8, drop.LastNs, in context);
        FlowJson.WriteTime(json, "first"u8, drop.FirstNs, in context);
        json.WriteString("reason"u8, drop.Reason.Name);
        json.WriteString("class"u8, Word(drop.Reason.Class));
        json.WriteNumber("packets"u8, drop.Packets);
        json.WriteNumber("bytes"u8, drop.Bytes);
        json.WriteString("protocol"u8, IpProtocolNames.Name(ends.Protocol));
        json.WriteString("direction"u8, ends.Direction.Word());
        json.WriteString("path"u8, drop.Path);
        FlowJsonEnd.Write(json, "source"u8, in ends, isSource: true, in context);
        FlowJsonEnd.Write(json, "destination"u8, in ends, isSource: false, in context);
        WritePlace(json, drop);
        if (drop.FlowNumber is { } flow)
        {
            Span<byte> text = stackalloc byte[FlowJsonText.MaxLength];
            flow.TryFormat(text, out var length, "x16");
            json.WriteString("flow"u8, text[..length]);
        }

        json.WriteString("hint"u8, drop.Reason.Hint);
        json.WriteEndObject();
    }

    private static void WritePlace(Utf8JsonWriter json, DroppedPackets drop)
    {
        if (drop.InterfaceIndex != 0)
        {
            json.WriteStartObject("interface"u8);
            json.WriteNumber("index"u8, drop.InterfaceIndex);
            if (!string.IsNullOrEmpty(drop.Interface))
            {
                json.WriteString("name"u8, drop.Interface);
            }

            json.WriteEndObject();
        }

        if (drop.Netns != 0)
        {
            json.WriteNumber("netns"u8, drop.Netns);
        }

        if (drop.IsHost is { } isHost)
        {
            json.WriteBoolean("host"u8, isHost);
        }

        if (drop.Location is { } location)
        {
            json.WriteString("location"u8, location);
        }
    }

    private static string Word(DropClass dropClass) =>
        dropClass switch
        {
            DropClass.Policy => "policy",
            DropClass.Ordinary => "ordinary",
            _ => "loss",
        };
}
