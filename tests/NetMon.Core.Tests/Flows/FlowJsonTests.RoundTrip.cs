using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Flows;

public partial class FlowJsonTests
{
    [Fact]
    public void Every_flow_reads_back_as_it_was_written()
    {
        Prop.ForAll(
                FlowGenerators.Flow.ToArbitrary(),
                flow =>
                {
                    var step = new FlowEvent
                    {
                        Kind = FlowEventKind.Update,
                        Flow = flow,
                        Delta = flow.Total,
                    };
                    var text = Text(json => FlowJson.Write(json, in step, in Context));
                    Assert.True(FlowJsonReader.TryReadLine(Encoding.UTF8.GetBytes(text), out var line));
                    var view = line.Flow!;
                    Assert.Equal("update", view.Event);
                    Assert.Equal(flow.Source.Address.ToString(), view.Source.Ip);
                    Assert.Equal(flow.Destination.Address.ToString(), view.Destination.Ip);
                    Assert.Equal(flow.Total.Sent.Bytes, view.Sent.Bytes);
                    Assert.Equal(flow.Total.Received.Packets, view.Received.Packets);
                    Assert.Equal(flow.State.Word(), view.State);
                    Assert.Equal(flow.Protocol == IpProtocol.Tcp, view.Tcp is not null);
                    Assert.Equal(
                        flow.Total.RetransmitsSent,
                        view.Tcp?.RetransmitsSent ?? flow.Total.RetransmitsSent
                    );
                    Assert.Equal(flow.Total.SynRetries, view.Tcp?.SynRetries ?? flow.Total.SynRetries);
                    AssertHealth(in flow, view);
                    Assert.Equal(
                        flow.Protocol == IpProtocol.Tcp && flow.SynAckToAckUs != 0,
                        view.Tcp?.SynackAckUs is not null
                    );
                    Assert.Equal(flow.Cause == FlowCause.None ? null : flow.Cause.Word(), view.Cause);
                    AssertEnd(flow.Attribution.Source, view.Source);
                    AssertEnd(flow.Attribution.Destination, view.Destination);
                    Assert.Null(view.Source.Service);
                    Assert.Equal(flow.Attribution.Service?.Name, view.Destination.Service?.Name);
                    Assert.Equal(flow.Attribution.SameNode(), view.SameNode);
                    Assert.Equal(flow.Attribution.SameZone(), view.SameZone);
                    var start = DateTimeOffset.UnixEpoch.AddMicroseconds(
                        (double)(((long)flow.StartNs + Context.WallOffsetNs) / 1000)
                    );
                    Assert.Equal(start.UtcDateTime, view.Start.UtcDateTime, TimeSpan.FromMicroseconds(1));
                }
            )
            .Holds();
    }

    private static void AssertHealth(in Flow flow, FlowView view)
    {
        Assert.Equal(flow.SourceOwner?.Command, view.Source.Process?.Command);
        Assert.Equal(flow.DestinationOwner?.ProcessId, view.Destination.Process?.Pid);
        Assert.Equal(flow.DestinationSocket.ReadNs != 0, view.Destination.Socket is not null);
        Assert.Equal(flow.Drops?.Reasons.Length, view.Drops?.Count);
        if (view.Tcp is not { } tcp)
        {
            return;
        }

        ref readonly var sent = ref flow.Total.SourceHealth;
        ref readonly var received = ref flow.Total.DestinationHealth;
        Assert.Equal(
            [
                sent.FastRetransmits,
                sent.TimeoutRetransmits,
                sent.SpuriousRetransmits,
                sent.OutOfOrder,
                sent.DuplicateAcks,
                sent.Gaps,
                sent.WindowFull,
                sent.ZeroWindowNs / 1000,
                sent.RoundTrips,
            ],
            [
                tcp.FastRetransmitsSent,
                tcp.TimeoutRetransmitsSent,
                tcp.SpuriousRetransmitsSent,
                tcp.OutOfOrderSent,
                tcp.DuplicateAcksSent,
                tcp.GapsSent,
                tcp.WindowFullSent,
                tcp.ZeroWindowUsSent,
                tcp.Rtt?.Source?.Samples ?? 0,
            ]
        );
        Assert.Equal(
            [
                received.FastRetransmits,
                received.TimeoutRetransmits,
                received.SpuriousRetransmits,
                received.OutOfOrder,
                received.DuplicateAcks,
                received.Gaps,
                received.WindowFull,
                received.ZeroWindowNs / 1000,
                received.RoundTrips,
            ],
            [
                tcp.FastRetransmitsReceived,
                tcp.TimeoutRetransmitsReceived,
                tcp.SpuriousRetransmitsReceived,
                tcp.OutOfOrderReceived,
                tcp.DuplicateAcksReceived,
                tcp.GapsReceived,
                tcp.WindowFullReceived,
                tcp.ZeroWindowUsReceived,
                tcp.Rtt?.Destination?.Samples ?? 0,
            ]
        );
        Assert.Equal(flow.MssReceived, tcp.MssReceived ?? 0);
        Assert.Equal(flow.FirstByteUs, tcp.FirstByteUs ?? 0);
    }

    private static void AssertEnd(Endpoint? endpoint, EndpointView view)
    {
        Assert.Equal(
            endpoint?.Workload.Namespace is "" ? null : endpoint?.Workload.Namespace,
            view.Namespace
        );
        Assert.Equal(endpoint?.Workload.Name, view.Workload);
        Assert.Equal(endpoint?.Workload.Kind, view.Kind);
        Assert.Equal(endpoint?.Pod, view.Pod);
        Assert.Equal(endpoint?.Node, view.Node);
        Assert.Equal(endpoint?.Zone, view.Zone);
        Assert.Equal(endpoint?.Labels.Count ?? 0, (view.Labels?.Count ?? 0) + (view.LabelsLeftOut ?? 0));
        Assert.All(
            endpoint?.Labels.Take(view.Labels?.Count ?? 0) ?? [],
            one => Assert.Equal(one.Value, view.Labels![one.Key])
        );
    }
}
