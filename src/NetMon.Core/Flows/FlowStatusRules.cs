namespace NetMon.Core.Flows;

/// <summary>Whether a flow came about, and why not.</summary>
public readonly record struct FlowOutcome(FlowStatus Status, FlowCause Cause)
{
    /// <summary>Established, and then broken off by a RST: as a failure of its own beside the status, which stays ok.</summary>
    public bool IsBroken => Status == FlowStatus.Ok && Cause != FlowCause.None;
}

/// <summary>What is to be known beside the flow to decide its status.</summary>
public readonly record struct FlowCircumstances
{
    /// <summary>The end is that of our own observation, not the flow's: what is pending stays so.</summary>
    public bool Draining { get; init; }

    /// <summary>The flow goes to a service that has no ready endpoint: then that is why it failed, or went unanswered.</summary>
    public bool NoEndpoints { get; init; }

    /// <summary>The destination has answered others at this port.</summary>
    public bool AnswersOthers { get; init; }
}

/// <summary>Decides a flow's status, once, and its cause, once.</summary>
/// <remarks>
/// <code>
///                    handshake complete, or met mid-stream            RST
///   TCP    pending --------------------------------------------> ok ------> ok, with a cause: reset-by-client, reset-by-server
///             |  RST of the server                           refused
///             |  RST or FIN of the client                    aborted
///             |  a fatal ICMP error                          unreachable-..., prohibited, ...
///             |  the end                                     policy if a rule dropped packets, else timeout
///             '------------------------------------------------> failed
///                    a reply, or the end of what needs no answer
///   other  pending --------------------------------------------> ok
///             |  a fatal ICMP error before any reply
///             |  the end, unanswered                         policy if a rule dropped packets, no-answer if an answer was due
///             '------------------------------------------------> failed
/// </code>
/// What failed, or ended unanswered, at a service without a ready endpoint has that for a cause.
/// "Packet too big" is not fatal: the sender is expected to adapt. It is the cause when nothing came of that by the end.
/// <para>
/// A RST breaks a connection off unless its sender is merely done with it: a client that has sent its FIN answers with RST what still
/// comes, and after both FINs a RST means nothing. A server's RST after its own FIN alone is the answer to a request that came too late.
/// </para>
/// </remarks>
public static class FlowStatusRules
{
    private const ushort Fin = 0x01;
    private const ushort Rst = 0x04;
    private const ushort Ack = 0x10;

    /// <summary>The outcome after a step of the flow.</summary>
    /// <param name="flow">The flow after the step, with the status and cause it had before.</param>
    /// <param name="kind">The step.</param>
    /// <param name="given">What else is known.</param>
    public static FlowOutcome Decide(in Flow flow, FlowEventKind kind, in FlowCircumstances given = default)
    {
        var outcome = DecideAlone(in flow, kind, in given);
        var unserved =
            given.NoEndpoints
            && flow.Status == FlowStatus.Pending
            && (
                outcome.Status == FlowStatus.Failed
                || (outcome.Status == FlowStatus.Ok && flow.State == FlowState.Unreplied)
            );
        return unserved ? Failed(FlowCause.NoEndpoints) : outcome;
    }

    private static FlowOutcome DecideAlone(in Flow flow, FlowEventKind kind, in FlowCircumstances given)
    {
        var ended = kind == FlowEventKind.End && !given.Draining;
        return flow.Status switch
        {
            FlowStatus.Pending when flow.Protocol == IpProtocol.Tcp => DecideTcp(in flow, ended),
            FlowStatus.Pending => DecideOther(in flow, ended, given.AnswersOthers),
            FlowStatus.Ok when flow is { Cause: FlowCause.None, Protocol: IpProtocol.Tcp } => new(
                FlowStatus.Ok,
                Break(in flow)
            ),
            _ => new(flow.Status, flow.Cause),
        };
    }

    private static FlowOutcome DecideTcp(in Flow flow, bool ended)
    {
        if (IsEstablished(in flow))
        {
            return new(FlowStatus.Ok, Break(in flow));
        }

        if (flow.State == FlowState.Reset)
        {
            var refused = flow.FirstReset != FlowEnd.Source && (flow.TcpFlagsReceived & Rst) != 0;
            return Failed(refused ? FlowCause.Refused : FlowCause.Aborted);
        }

        return DecideByError(
            in flow,
            ended,
            Failed(
                (flow.TcpFlagsSent & Fin) != 0 ? FlowCause.Aborted
                : IsDropped(in flow) ? FlowCause.Policy
                : FlowCause.Timeout
            )
        );
    }

    private static FlowOutcome DecideOther(in Flow flow, bool ended, bool answersOthers)
    {
        var ok = new FlowOutcome(FlowStatus.Ok, FlowCause.None);
        if (flow.State == FlowState.Replied)
        {
            return ok;
        }

        return DecideByError(
            in flow,
            ended,
            IsDropped(in flow) && !flow.Destination.Address.IsOfSeveral ? Failed(FlowCause.Policy)
                : ExpectedAnswers.IsMissing(in flow, answersOthers) ? Failed(FlowCause.NoAnswer)
                : ok
        );
    }

    private static FlowOutcome DecideByError(in Flow flow, bool ended, FlowOutcome atEnd)
    {
        var cause =
            flow.Total.IcmpErrors > 0
                ? IcmpErrors.Cause(flow.Source.Address.IsIPv4, flow.IcmpErrorType, flow.IcmpErrorCode)
                : FlowCause.None;

        if (cause != FlowCause.None && (ended || cause != FlowCause.FragmentationNeeded))
        {
            return Failed(cause);
        }

        return ended ? atEnd : new(FlowStatus.Pending, FlowCause.None);
    }

    private static FlowOutcome Failed(FlowCause cause) => new(FlowStatus.Failed, cause);

    private static bool IsDropped(in Flow flow) => flow.Drops is { ByPolicy: true };

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

    private static FlowCause Break(in Flow flow)
    {
        var byClient = (flow.TcpFlagsSent & Rst) != 0;
        var byServer = (flow.TcpFlagsReceived & Rst) != 0;
        if (byClient && byServer)
        {
            // Which was first cannot be told from the flags alone; without a better knowledge the client is named.
            byClient = flow.FirstReset != FlowEnd.Destination;
        }

        var clientIsDone = (flow.TcpFlagsSent & Fin) != 0;
        var serverIsDone = (flow.TcpFlagsReceived & Fin) != 0;
        if (byClient)
        {
            return clientIsDone ? FlowCause.None : FlowCause.ResetByClient;
        }

        return byServer && !(clientIsDone && serverIsDone) ? FlowCause.ResetByServer : FlowCause.None;
    }
}
