using NetMon.Agent.Flows;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>Whether connection tracking has to be asked for a flow.</summary>
internal enum Question : byte
{
    /// <summary>No, or not any more: nothing can translate it, or the answer is there.</summary>
    None,

    /// <summary>A translation is unlikely: only where the rate allows it amply.</summary>
    Unlikely,

    /// <summary>It may be translated.</summary>
    Possible,

    /// <summary>A service with endpoints was asked for: it will be translated, or is lost.</summary>
    Service,
}

/// <summary>On which side of this host's translation a flow's packets were seen, and under which tuple connection tracking has them.</summary>
/// <remarks>
/// A packet that enters at an interface has not met netfilter yet; one that leaves has passed it:
/// <code>
///                      enters                        leaves
///   initiator's        original tuple                reply tuple, reversed
///   responder's        reply tuple                   original tuple, reversed
/// </code>
/// Connection tracking finds a connection by both of its tuples, so that what entered is asked for as it is, and what leaves reversed,
/// whoever the initiator was.
/// </remarks>
internal static class TranslationSide
{
    /// <summary>Whether a flow's packets were seen before translation, so that its key is the original one.</summary>
    public static bool IsOriginal(uint sent, uint received) => sent != 0 ? !Leaves(sent) : Leaves(received);

    /// <summary>What to ask for.</summary>
    /// <param name="record">Any record of the flow.</param>
    public static ConnectionTuple TupleOf(in FlowRecord record)
    {
        var sender = record.State.Observer[0] != 0 ? 0 : 1;
        return ConnectionTuple.Of(
            in record.Key,
            Leaves(record.State.Observer[sender]) ? 1 - sender : sender
        );
    }

    /// <summary>Whether connection tracking can tell flows of this kind apart.</summary>
    public static bool CanAsk(in Flow flow) =>
        flow.Class == FlowClass.Direct
        && flow.Protocol switch
        {
            IpProtocol.Icmp => flow.IcmpType is 0 or 8, // echo (RFC 792)
            IpProtocol.IcmpV6 => flow.IcmpType is 128 or 129, // echo (RFC 4443)
            _ => IpProtocol.HasPorts(flow.Protocol) && (flow.Source.Port | flow.Destination.Port) != 0,
        };

    private static bool Leaves(uint observer) => (observer & FlowStateRecord.ObserverEgress) != 0;
}
