using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Metrics.Labels;

namespace NetMon.Agent.Ledger;

/// <summary>What a series is told apart by.</summary>
internal static class LabelsCodec
{
    /// <summary>Bytes at most, without objects that are new.</summary>
    public const int MaxBytes = (2 * LedgerWriter.MaxText) + 256;

    public static void Write(ref LedgerWriter writer, LedgerObjects objects, in FlowLabels labels)
    {
        var start = writer.Open();
        objects.Write(ref writer, labels.Source);
        objects.Write(ref writer, labels.Destination);
        objects.Write(ref writer, labels.SourceEnd);
        objects.Write(ref writer, labels.DestinationEnd);
        objects.Write(ref writer, labels.Service);
        objects.Write(ref writer, labels.SourceOwner);
        objects.Write(ref writer, labels.DestinationOwner);
        writer.Address(labels.SourceAddress);
        writer.Address(labels.DestinationAddress);
        writer.Number((ulong)labels.DestinationPort);
        writer.Byte((byte)labels.Scope);
        writer.Byte(labels.Protocol);
        writer.Byte((byte)labels.Direction);
        writer.Text(labels.Reason);
        writer.Text(labels.AppProtocol);
        writer.Close(start);
    }

    public static FlowLabels Read(ref LedgerReader reader, LedgerObjectReader objects)
    {
        var part = reader.Part();
        return new FlowLabels
        {
            Source = objects.Workload(ref part) ?? Endpoint.External.Workload,
            Destination = objects.Workload(ref part) ?? Endpoint.External.Workload,
            SourceEnd = objects.Endpoint(ref part),
            DestinationEnd = objects.Endpoint(ref part),
            Service = objects.Workload(ref part),
            SourceOwner = objects.Owner(ref part),
            DestinationOwner = objects.Owner(ref part),
            SourceAddress = part.Address(),
            DestinationAddress = part.Address(),
            DestinationPort = (ushort)part.Number(),
            Scope = part.Word<FlowScope>(),
            Protocol = part.Byte(),
            Direction = part.Word<FlowDirection>(),
            Reason = part.Text(),
            AppProtocol = part.Text(),
        };
    }
}
