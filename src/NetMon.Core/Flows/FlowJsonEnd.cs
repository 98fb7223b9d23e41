using System.Text.Json;
using NetMon.Core.Endpoints;
using NetMon.Core.Sockets;

namespace NetMon.Core.Flows;

/// <summary>Writes one end of a flow: its address, and who that was. What is not known is left out.</summary>
internal static class FlowJsonEnd
{
    /// <summary>
    /// Characters of an end's labels, names and values together, that are written. Pods have some 500; what a hostile one has beyond is
    /// counted only, so that a flow stays as short as its readers expect.
    /// </summary>
    public const int MaxLabelText = 4096;

    /// <param name="json">Where to.</param>
    /// <param name="name">The member's name.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="isSource">Which end.</param>
    /// <param name="context">Names of interfaces.</param>
    public static void Write(
        Utf8JsonWriter json,
        ReadOnlySpan<byte> name,
        in Flow flow,
        bool isSource,
        in FlowJsonContext context
    )
    {
        ref readonly var end = ref isSource ? ref flow.Source : ref flow.Destination;
        json.WriteStartObject(name);
        WriteAddress(json, end.Address);
        if (IpProtocol.HasPorts(flow.Protocol))
        {
            json.WriteNumber("port"u8, end.Port);
        }

        if (end.InterfaceIndex != 0 && context.InterfaceName(end.InterfaceIndex) is { } interfaceName)
        {
            json.WriteString("interface"u8, interfaceName);
        }

        if (flow.Attribution.End(isSource) is { } endpoint)
        {
            WriteEndpoint(json, endpoint);
        }

        if ((isSource ? flow.SourceOwner : flow.DestinationOwner) is { } owner)
        {
            WriteProcess(json, owner);
        }

        WriteSocket(json, in isSource ? ref flow.SourceSocket : ref flow.DestinationSocket);
        if (!isSource)
        {
            WriteService(json, in flow);
        }

        json.WriteEndObject();
    }

    private static void WriteEndpoint(Utf8JsonWriter json, Endpoint endpoint)
    {
        WriteIfAny(json, "namespace"u8, endpoint.Workload.Namespace);
        WriteIfAny(json, "pod"u8, endpoint.Pod);
        json.WriteString("workload"u8, endpoint.Workload.Name);
        json.WriteString("kind"u8, endpoint.Workload.Kind);
        WriteIfAny(json, "node"u8, endpoint.Node);
        WriteIfAny(json, "zone"u8, endpoint.Zone);
        if (endpoint.Labels.Count > 0)
        {
            WriteLabels(json, endpoint.Labels);
        }
    }

    private static void WriteLabels(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        json.WriteStartObject("labels"u8);
        var room = MaxLabelText;
        var written = 0;
        // By index: an enumerator of the interface would be allocated.
        for (; written < labels.Count; written++)
        {
            var (key, value) = labels[written];
            room -= key.Length + value.Length;
            if (room < 0)
            {
                break;
            }

            json.WriteString(key, value);
        }

        json.WriteEndObject();
        if (written < labels.Count)
        {
            json.WriteNumber("labels_left_out"u8, labels.Count - written);
        }
    }

    private static void WriteProcess(Utf8JsonWriter json, SocketOwner owner)
    {
        json.WriteStartObject("process"u8);
        json.WriteNumber("pid"u8, owner.ProcessId);
        json.WriteString("command"u8, owner.Command);
        WriteIfAny(json, "cgroup"u8, owner.CgroupPath);
        WriteIfAny(json, "container"u8, owner.ContainerId);
        WriteIfAny(json, "pod_uid"u8, owner.PodUid);
        json.WriteEndObject();
    }

    private static void WriteSocket(Utf8JsonWriter json, in SocketFigures socket)
    {
        if (socket.ReadNs == 0)
        {
            return;
        }

        json.WriteStartObject("socket"u8);
        json.WriteNumber("srtt_us"u8, socket.SrttUs);
        json.WriteNumber("rttvar_us"u8, socket.RttVarUs);
        if (socket.MinRttUs != 0)
        {
            json.WriteNumber("min_rtt_us"u8, socket.MinRttUs);
        }

        json.WriteNumber("retransmits"u8, socket.Retransmits);
        if (socket.DeliveryRate != 0)
        {
            json.WriteNumber("delivery_rate"u8, socket.DeliveryRate);
        }

        json.WriteEndObject();
    }

    /// <summary>What the source asked for: a service, or an address that was translated without one (a host port).</summary>
    private static void WriteService(Utf8JsonWriter json, in Flow flow)
    {
        ref readonly var attribution = ref flow.Attribution;
        var translated = attribution.IsTranslated();
        if (attribution.Service is null && !translated)
        {
            return;
        }

        json.WriteStartObject("service"u8);
        if (attribution.Service is { } service)
        {
            json.WriteString("namespace"u8, service.Namespace);
            json.WriteString("name"u8, service.Name);
            WriteIfAny(json, "port_name"u8, service.PortName);
        }

        WriteAddress(json, translated ? attribution.Asked : flow.Destination.Address);
        if (IpProtocol.HasPorts(flow.Protocol))
        {
            json.WriteNumber("port"u8, translated ? attribution.AskedPort : flow.Destination.Port);
        }

        json.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter json, NetworkAddress address)
    {
        Span<byte> text = stackalloc byte[NetworkAddress.MaxTextLength];
        address.TryFormat(text, out var length, default, null);
        json.WriteString("ip"u8, text[..length]);
    }

    private static void WriteIfAny(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }
}
