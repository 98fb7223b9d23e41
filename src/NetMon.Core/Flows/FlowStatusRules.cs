namespace NetMon.Core.Flows;

/// <summary>Whether a flow came about, and why not.</summary>
public readonly record struct FlowOutcome(FlowStatus Status, FlowCause Cause);

/// <summary>Decides a flow's status, once, and its cause.</summary>
/// <remarks>
/// <code>
///                    handshake complete, or met mid-stream
///   TCP    pending --------------------------------------------> ok (a later RST sets the cause only)
///             |  RST, a fatal ICMP error, or the end
///             '------------------------------------------------> failed
///                    a reply, or the end without an error
///   other  pending --------------------------------------------> ok
///             |  a fatal ICMP error before any reply
///             '------------------------------------------------> failed
/// </code>
/// What failed, or ended unanswered, at a service without a ready endpoint has that for a cause.
/// "Packet too big" is not fatal: the sender is expected to adapt. It is the cause when nothing came of that by the end.
/// </remarks>
public static class FlowStatusRules
{
    private const ushort Rst = 0x04;
    private const ushort Ack = 0x10;

    /// <summary>The outcome after a step of the flow.</summary>
    /// <param name="flow">The flow after the step, with the status and cause it had before.</param>
    /// <param name="kind">The step.</param>
    /// <param name="draining">The end is that of our own observation, not the flow's: what is pending stays so.</param>
    /// <param name="noEndpoints">The flow goes to a service that has no ready endpoint: then that is why it failed, or went unanswered.</param>
    public static FlowOutcome Decide(
        in Flow flow,
        FlowEventKind kind,
        bool draining = false,
        bool noEndpoints = false
    )
    {
        var outcome = Decide(in flow, kind, draining);
        var unserved =
            noEndpoints
            && flow.Status == FlowStatus.Pending
            && (
                outcome.Status == FlowStatus.Failed
                || (outcome.Status == FlowStatus.Ok && flow.State == FlowState.Unreplied)
            );
        return unserved ? new(FlowStatus.Failed, FlowCause.NoEndpoints) : outcome;
    }

    private static FlowOutcome Decide(in Flow flow, FlowEventKind kind, bool draining)
    {
        var ended = kind == FlowEventKind.End && !draining;
        return flow.Status switch
        {
            FlowStatus.Pending when flow.Protocol == IpProtocol.Tcp => DecideTcp(in flow, ended),
            FlowStatus.Pending => DecideOther(in flow, ended),
            FlowStatus.Ok when flow.Cause == FlowCause.None => new(FlowStatus.Ok, Reset(in flow)),
            _ => new(flow.Status, flow.Cause),
        };
    }

    private static FlowOutcome DecideTcp(in Flow flow, bool ended)
    {
        if (IsEstablished(in flow))
        {
            return new(FlowStatus.Ok, Reset(in flow));
        }

        if (flow.State == FlowState.Reset)
        {
            var refused = (flow.TcpFlagsReceived & Rst) != 0;
            return new(FlowStatus.Failed, refused ? FlowCause.Refused : FlowCause.ResetByClient);
        }

        return DecideByError(in flow, ended, new(FlowStatus.Failed, FlowCause.Timeout));
    }

    private static FlowOutcome DecideOther(in Flow flow, bool ended) =>
        flow.State == FlowState.Replied
            ? new(FlowStatus.Ok, FlowCause.None)
            : DecideByError(in flow, ended, new(FlowStatus.Ok, FlowCause.None));

    private static FlowOutcome DecideByError(in Flow flow, bool ended, FlowOutcome atEnd)
    {
        var cause =
            flow.Total.IcmpErrors > 0
                ? IcmpErrors.Cause(flow.Source.Address.IsIPv4, flow.IcmpErrorType, flow.IcmpErrorCode)
                : FlowCause.None;

        if (cause != FlowCause.None && (ended || cause != FlowCause.FragmentationNeeded))
        {
            return new(FlowStatus.Failed, cause);
        }

        return ended ? atEnd : new(FlowStatus.Pending, FlowCause.None);
    }

    // A FIN alone proves nothing (a SYN may be followed by one, unanswered), but with an ACK of the source there was
    // something to acknowledge. Met mid-stream: somebody's SYN was before our time, unless all that we saw is an error about
    // the flow.
    private static bool IsEstablished(in Flow flow) =>
        flow.ConnectUs != 0
        || flow.State == FlowState.Established
        || (flow.State is FlowState.Closing or FlowState.Closed && (flow.TcpFlagsSent & Ack) != 0)
        || (
            !flow.InitiatorCertain
            && flow.Total.Sent.Packets + flow.Total.Received.Packets > flow.Total.IcmpErrors
        );

    private static FlowCause Reset(in Flow flow)
    {
        // Both ends: which was first cannot be told from the flags; the client is named.
        if ((flow.TcpFlagsSent & Rst) != 0)
        {
            return FlowCause.ResetByClient;
        }

        return (flow.TcpFlagsReceived & Rst) != 0 ? FlowCause.ResetByServer : FlowCause.None;
    }
}
