using System.Collections.Immutable;
using NetMon.Core.Drops;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Sockets;

namespace NetMon.Agent.Ledger;

/// <summary>A flow as it is, in few bytes: what most flows have none of is left out.</summary>
internal static class FlowCodec
{
    /// <summary>Bytes at most, without objects that are new.</summary>
    public const int MaxBytes = 4096;

    [Flags]
    private enum Parts : byte
    {
        None = 0,
        InitiatorCertain = 1,
        SourceLocal = 2,
        DestinationLocal = 4,
        Asked = 8,
        Events = 16,
        Health = 32,
        Sockets = 64,
        Drops = 128,
    }

    public static void Write(ref LedgerWriter writer, LedgerObjects objects, in Flow flow)
    {
        var parts = PartsOf(in flow);
        writer.Byte((byte)parts);
        writer.Byte(flow.Protocol);
        writer.Byte((byte)flow.State);
        writer.Byte((byte)flow.Direction);
        writer.Byte((byte)flow.Class);
        writer.Byte((byte)flow.Cause);
        writer.Byte((byte)flow.Status);
        writer.Byte((byte)flow.FirstReset);
        writer.Byte(flow.IcmpType);
        writer.Byte(flow.IcmpCode);
        writer.Byte(flow.IcmpErrorType);
        writer.Byte(flow.IcmpErrorCode);
        Write(ref writer, in flow.Source);
        Write(ref writer, in flow.Destination);
        writer.Fixed(flow.StartNs);
        writer.Number(flow.LastNs - flow.StartNs);
        writer.Number((ulong)flow.TcpFlagsSent);
        writer.Number((ulong)flow.TcpFlagsReceived);
        writer.Number((ulong)flow.SynToSynAckUs);
        writer.Number((ulong)flow.SynAckToAckUs);
        writer.Number((ulong)flow.ConnectUs);
        writer.Number((ulong)flow.FirstByteUs);
        writer.Number((ulong)flow.MssSent);
        writer.Number((ulong)flow.MssReceived);
        Write(ref writer, in flow.Total, parts);
        WriteAttribution(ref writer, objects, in flow, parts);
        objects.Write(ref writer, flow.SourceOwner);
        objects.Write(ref writer, flow.DestinationOwner);
        if (parts.HasFlag(Parts.Sockets))
        {
            Write(ref writer, in flow.SourceSocket);
            Write(ref writer, in flow.DestinationSocket);
        }

        if (parts.HasFlag(Parts.Drops))
        {
            Write(ref writer, flow.Drops!);
        }

        writer.Number((ulong)flow.SamplingRate);
        writer.Byte((byte)(flow.Attribution.AppProtocol is null ? 0 : 1));
    }

    public static Flow Read(ref LedgerReader reader, LedgerObjectReader objects)
    {
        var parts = (Parts)reader.Byte();
        var flow = new Flow
        {
            InitiatorCertain = parts.HasFlag(Parts.InitiatorCertain),
            Protocol = reader.Byte(),
            State = reader.Word<FlowState>(),
            Direction = reader.Word<FlowDirection>(),
            Class = reader.Word<FlowClass>(),
            Cause = reader.Word<FlowCause>(),
            Status = reader.Word<FlowStatus>(),
            FirstReset = reader.Word<FlowEnd>(),
            IcmpType = reader.Byte(),
            IcmpCode = reader.Byte(),
            IcmpErrorType = reader.Byte(),
            IcmpErrorCode = reader.Byte(),
            Source = ReadEndpoint(ref reader),
            Destination = ReadEndpoint(ref reader),
            StartNs = reader.Fixed(),
        };
        flow.LastNs = flow.StartNs + reader.Number();
        flow.TcpFlagsSent = (ushort)reader.Number();
        flow.TcpFlagsReceived = (ushort)reader.Number();
        flow.SynToSynAckUs = reader.UInt();
        flow.SynAckToAckUs = reader.UInt();
        flow.ConnectUs = reader.UInt();
        flow.FirstByteUs = reader.UInt();
        flow.MssSent = (ushort)reader.Number();
        flow.MssReceived = (ushort)reader.Number();
        Read(ref reader, ref flow.Total, parts);
        ReadAttribution(ref reader, objects, ref flow, parts);
        flow.SourceOwner = objects.Owner(ref reader);
        flow.DestinationOwner = objects.Owner(ref reader);
        if (parts.HasFlag(Parts.Sockets))
        {
            flow.SourceSocket = ReadSocket(ref reader);
            flow.DestinationSocket = ReadSocket(ref reader);
        }

        flow.Drops = parts.HasFlag(Parts.Drops) ? ReadDrops(ref reader) : null;
        flow.SamplingRate = (ushort)reader.Number();
        flow.Attribution.AppProtocol = reader.Byte() == 0 ? null : AppProtocols.Find(in flow);
        return flow;
    }

    private static Parts PartsOf(in Flow flow)
    {
        ref readonly var total = ref flow.Total;
        var parts = Parts.None;
        Set(flow.InitiatorCertain, Parts.InitiatorCertain);
        Set(flow.Attribution.SourceLocal, Parts.SourceLocal);
        Set(flow.Attribution.DestinationLocal, Parts.DestinationLocal);
        Set(!flow.Attribution.Asked.IsUnspecified, Parts.Asked);
        Set(
            (
                total.RetransmitsSent
                | total.RetransmitsReceived
                | total.RetransmittedBytesSent
                | total.RetransmittedBytesReceived
                | total.ZeroWindowsSent
                | total.ZeroWindowsReceived
                | total.ResetsSent
                | total.ResetsReceived
                | total.SynRetries
                | total.IcmpErrors
            ) != 0,
            Parts.Events
        );
        Set(
            IsSome(in total.SourceHealth)
                || IsSome(in total.DestinationHealth)
                || flow.SourceRoundTrips != default
                || flow.DestinationRoundTrips != default,
            Parts.Health
        );
        Set(flow.SourceSocket.ReadNs != 0 || flow.DestinationSocket.ReadNs != 0, Parts.Sockets);
        Set(flow.Drops is not null, Parts.Drops);
        return parts;

        void Set(bool isSet, Parts part) => parts |= isSet ? part : Parts.None;
    }

    private static bool IsSome(in EndHealth health) =>
        (
            (ulong)health.ZeroWindowNs
            | (ulong)health.RoundTripSumUs
            | health.RoundTrips
            | health.FastRetransmits
            | health.TimeoutRetransmits
            | health.SpuriousRetransmits
            | health.OutOfOrder
            | health.DuplicateAcks
            | health.Gaps
            | health.WindowFull
        ) != 0;

    private static void Write(ref LedgerWriter writer, in FlowEndpoint end)
    {
        writer.Address(end.Address);
        writer.Number((ulong)end.Port);
        writer.Number((ulong)end.InterfaceIndex);
    }

    private static FlowEndpoint ReadEndpoint(ref LedgerReader reader) =>
        new(reader.Address(), (ushort)reader.Number(), reader.Int());

    /// <summary>All counts, whatever they are.</summary>
    public static void Write(ref LedgerWriter writer, in FlowCounts counts) =>
        Write(ref writer, in counts, Parts.Events | Parts.Health);

    public static FlowCounts ReadCounts(ref LedgerReader reader)
    {
        var counts = default(FlowCounts);
        Read(ref reader, ref counts, Parts.Events | Parts.Health);
        return counts;
    }

    private static void Write(ref LedgerWriter writer, in FlowCounts counts, Parts parts)
    {
        writer.Number(counts.Sent.Packets);
        writer.Number(counts.Sent.Bytes);
        writer.Number(counts.Received.Packets);
        writer.Number(counts.Received.Bytes);
        if (parts.HasFlag(Parts.Events))
        {
            writer.Number(counts.RetransmitsSent);
            writer.Number(counts.RetransmitsReceived);
            writer.Number(counts.RetransmittedBytesSent);
            writer.Number(counts.RetransmittedBytesReceived);
            writer.Number(counts.ZeroWindowsSent);
            writer.Number(counts.ZeroWindowsReceived);
            writer.Number(counts.ResetsSent);
            writer.Number(counts.ResetsReceived);
            writer.Number(counts.SynRetries);
            writer.Number(counts.IcmpErrors);
        }

        if (parts.HasFlag(Parts.Health))
        {
            Write(ref writer, in counts.SourceHealth);
            Write(ref writer, in counts.DestinationHealth);
        }
    }

    private static void Read(ref LedgerReader reader, ref FlowCounts counts, Parts parts)
    {
        counts.Sent = new Traffic { Packets = reader.Long(), Bytes = reader.Long() };
        counts.Received = new Traffic { Packets = reader.Long(), Bytes = reader.Long() };
        if (parts.HasFlag(Parts.Events))
        {
            counts.RetransmitsSent = reader.Long();
            counts.RetransmitsReceived = reader.Long();
            counts.RetransmittedBytesSent = reader.Long();
            counts.RetransmittedBytesReceived = reader.Long();
            counts.ZeroWindowsSent = reader.Long();
            counts.ZeroWindowsReceived = reader.Long();
            counts.ResetsSent = reader.Long();
            counts.ResetsReceived = reader.Long();
            counts.SynRetries = reader.Long();
            counts.IcmpErrors = reader.Long();
        }

        if (parts.HasFlag(Parts.Health))
        {
            counts.SourceHealth = ReadHealth(ref reader);
            counts.DestinationHealth = ReadHealth(ref reader);
        }
    }

    private static void Write(ref LedgerWriter writer, in EndHealth health)
    {
        writer.Number(health.ZeroWindowNs);
        writer.Number(health.RoundTripSumUs);
        writer.Number((ulong)health.RoundTrips);
        writer.Number((ulong)health.FastRetransmits);
        writer.Number((ulong)health.TimeoutRetransmits);
        writer.Number((ulong)health.SpuriousRetransmits);
        writer.Number((ulong)health.OutOfOrder);
        writer.Number((ulong)health.DuplicateAcks);
        writer.Number((ulong)health.Gaps);
        writer.Number((ulong)health.WindowFull);
    }

    private static EndHealth ReadHealth(ref LedgerReader reader) =>
        new()
        {
            ZeroWindowNs = reader.Long(),
            RoundTripSumUs = reader.Long(),
            RoundTrips = reader.UInt(),
            FastRetransmits = reader.UInt(),
            TimeoutRetransmits = reader.UInt(),
            SpuriousRetransmits = reader.UInt(),
            OutOfOrder = reader.UInt(),
            DuplicateAcks = reader.UInt(),
            Gaps = reader.UInt(),
            WindowFull = reader.UInt(),
        };

    private static void WriteAttribution(
        ref LedgerWriter writer,
        LedgerObjects objects,
        in Flow flow,
        Parts parts
    )
    {
        ref readonly var ends = ref flow.Attribution;
        objects.Write(ref writer, ends.Source);
        objects.Write(ref writer, ends.Destination);
        objects.Write(ref writer, ends.Service);
        writer.Byte((byte)ends.Scope);
        if (parts.HasFlag(Parts.Asked))
        {
            writer.Address(ends.Asked);
            writer.Number((ulong)ends.AskedPort);
        }

        if (parts.HasFlag(Parts.Health))
        {
            writer.Number((ulong)flow.SourceRoundTrips.MinUs);
            writer.Number((ulong)flow.SourceRoundTrips.MaxUs);
            writer.Number((ulong)flow.DestinationRoundTrips.MinUs);
            writer.Number((ulong)flow.DestinationRoundTrips.MaxUs);
        }
    }

    private static void ReadAttribution(
        ref LedgerReader reader,
        LedgerObjectReader objects,
        ref Flow flow,
        Parts parts
    )
    {
        ref var ends = ref flow.Attribution;
        ends.Source = objects.Endpoint(ref reader);
        ends.Destination = objects.Endpoint(ref reader);
        ends.Service = objects.Service(ref reader);
        ends.Scope = reader.Word<FlowScope>();
        ends.SourceLocal = parts.HasFlag(Parts.SourceLocal);
        ends.DestinationLocal = parts.HasFlag(Parts.DestinationLocal);
        if (parts.HasFlag(Parts.Asked))
        {
            ends.Asked = reader.Address();
            ends.AskedPort = (ushort)reader.Number();
        }

        if (parts.HasFlag(Parts.Health))
        {
            flow.SourceRoundTrips = new(reader.UInt(), reader.UInt());
            flow.DestinationRoundTrips = new(reader.UInt(), reader.UInt());
        }
    }

    private static void Write(ref LedgerWriter writer, in SocketFigures figures)
    {
        writer.Number(figures.ReadNs);
        writer.Number(figures.DeliveryRate);
        writer.Number((ulong)figures.SrttUs);
        writer.Number((ulong)figures.RttVarUs);
        writer.Number((ulong)figures.MinRttUs);
        writer.Number((ulong)figures.Retransmits);
    }

    private static SocketFigures ReadSocket(ref LedgerReader reader) =>
        new()
        {
            ReadNs = reader.Number(),
            DeliveryRate = reader.Number(),
            SrttUs = reader.UInt(),
            RttVarUs = reader.UInt(),
            MinRttUs = reader.UInt(),
            Retransmits = reader.UInt(),
        };

    private static void Write(ref LedgerWriter writer, FlowDrops drops)
    {
        writer.Byte(drops.ByPolicy ? (byte)1 : (byte)0);
        writer.Number((ulong)drops.Reasons.Length);
        foreach (var drop in drops.Reasons)
        {
            writer.Text(drop.Reason);
            writer.Number(drop.SentPackets);
            writer.Number(drop.SentBytes);
            writer.Number(drop.ReceivedPackets);
            writer.Number(drop.ReceivedBytes);
        }
    }

    private static FlowDrops ReadDrops(ref LedgerReader reader)
    {
        var byPolicy = reader.Byte() != 0;
        var reasons = ImmutableArray.CreateBuilder<FlowDrop>();
        for (var left = reader.Count(); left > 0; left--)
        {
            reasons.Add(
                new(reader.TextOrEmpty(), reader.Long(), reader.Long(), reader.Long(), reader.Long())
            );
        }

        return new FlowDrops(reasons.ToImmutable()) { ByPolicy = byPolicy };
    }
}
