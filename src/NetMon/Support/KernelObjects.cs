using System.Text.Json;
using NetMon.Bpf.Probing;

namespace NetMon.Support;

/// <summary>Listings of what is in the kernel, as JSON.</summary>
internal static class KernelObjects
{
    public static void WritePrograms(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var program in KernelListing.Programs())
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, program.Id);
            json.WriteString("name"u8, program.Name);
            json.WriteString("type"u8, program.Type);
            json.WriteNumber("jited_bytes"u8, program.JitedBytes);
            json.WriteNumber("run_count"u8, program.RunCount);
            json.WriteNumber("run_time_ns"u8, program.RunTimeNs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteMaps(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var map in KernelListing.Maps())
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, map.Id);
            json.WriteString("name"u8, map.Name);
            json.WriteString("type"u8, map.Type);
            json.WriteNumber("key_bytes"u8, map.KeySize);
            json.WriteNumber("value_bytes"u8, map.ValueSize);
            json.WriteNumber("max_entries"u8, map.MaxEntries);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteLinks(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var link in KernelListing.Links())
        {
            json.WriteStartObject();
            json.WriteNumber("id"u8, link.Id);
            json.WriteString("type"u8, link.Type);
            json.WriteNumber("program"u8, link.Program);
            if (link.Ifindex != 0)
            {
                json.WriteNumber("ifindex"u8, link.Ifindex);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>What is attached to interfaces, in the order in which it runs.</summary>
    public static void WriteAttached(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        var links = InterfacePrograms.ListLinks();
        foreach (var program in InterfacePrograms.List(links.Values))
        {
            json.WriteStartObject();
            json.WriteString("interface"u8, links[program.Ifindex].Name);
            json.WriteNumber("index"u8, program.Ifindex);
            json.WriteString("hook"u8, program.Hook);
            json.WriteNumber("position"u8, program.Position);
            json.WriteString("program"u8, program.Name);
            json.WriteBoolean("ours"u8, program.IsOurs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteInterfaces(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var link in InterfacePrograms.ListLinks().Values.OrderBy(link => link.Index))
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, link.Index);
            json.WriteString("name"u8, link.Name);
            json.WriteString("kind"u8, link.Kind);
            json.WriteBoolean("up"u8, link.Up);
            json.WriteBoolean("running"u8, link.Running);
            json.WriteNumber("lower"u8, link.LowerIndex);
            json.WriteBoolean("peer_in_other_namespace"u8, link.PeerInOtherNamespace);
            json.WriteNumber("master"u8, link.MasterIndex);
            json.WriteBoolean("default_route"u8, link.HasDefaultRoute);
            json.WriteStartArray("addresses"u8);
            foreach (var address in link.Addresses)
            {
                json.WriteStringValue($"{address.Address}/{address.PrefixLength}");
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
