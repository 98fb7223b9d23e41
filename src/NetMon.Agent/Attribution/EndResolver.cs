using NetMon.Agent.Interfaces;
using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>Who is at one end of a flow.</summary>
/// <param name="Endpoint">The best that is known.</param>
/// <param name="IsLocal">On this node.</param>
/// <param name="IsFinal">Waiting will not give a better answer.</param>
internal readonly record struct EndAnswer(Endpoint Endpoint, bool IsLocal, bool IsFinal);

/// <summary>As of when an end is looked at.</summary>
/// <param name="StartNs">The flow's start, CLOCK_MONOTONIC.</param>
/// <param name="StartUnixNs">The same, nanoseconds of the Unix epoch.</param>
/// <param name="NowNs">CLOCK_MONOTONIC.</param>
internal readonly record struct LookTime(ulong StartNs, long StartUnixNs, ulong NowNs);

/// <summary>Finds out who is at one end of a flow. The capture loop's.</summary>
/// <remarks>
/// <code>
///   (1) several hosts' address --> its name
///   (2) own address -------------> this node
///   (3) behind a pod's interface --> the pod that is bound to it
///          |  none bound, and the model has a pod with the address that is bound to no older interface --> bind it
///          '-- else a pod that is not known
///   (4) any other address -------> what the model says; on this node, if it says that the pod runs here
/// </code>
/// </remarks>
internal sealed class EndResolver(
    IClusterView view,
    LocalAddresses addresses,
    ThisNode node,
    bool protocolDetection = false
)
{
    /// <summary>When the model should have heard of a pod whose interface is there, and of the end of the one that had its address before.</summary>
    private const ulong ModelPatienceNs = 30_000_000_000;

    private readonly InterfaceBindings _bindings = new();

    /// <summary>Derives what follows from the ends.</summary>
    public void Finish(ref Flow flow)
    {
        FlowEnds.Finish(ref flow);
        flow.Attribution.AppProtocol = protocolDetection ? AppProtocols.Find(in flow) : null;
    }

    /// <param name="address">The end's address.</param>
    /// <param name="seenAt">The pod interface behind which it was seen; 0 if it was not.</param>
    /// <param name="time">When.</param>
    public EndAnswer Resolve(in NetworkAddress address, int seenAt, in LookTime time)
    {
        var unixNs = time.StartUnixNs;
        if (address.IsOfSeveral) // (1)
        {
            return new(view.FindEndpoint(in address, unixNs).Endpoint, IsLocal: seenAt != 0, IsFinal: true);
        }

        if (addresses.IsOwn(in address)) // (2)
        {
            var own = node.Find(in address, unixNs);
            return new(own.Endpoint, IsLocal: true, own.Final);
        }

        bool isBehind;
        var ifindex = seenAt;
        if (seenAt != 0)
        {
            isBehind =
                addresses.WasBehind(in address, seenAt, (long)time.StartNs)
                || !addresses.IsPodInterface(seenAt);
        }
        else
        {
            isBehind = addresses.TryFindInterface(in address, (long)time.StartNs, out ifindex);
        }

        return seenAt != 0 || isBehind
            ? ResolvePod(in address, ifindex, isBehind, unixNs, time.NowNs) // (3)
            : ResolveOther(in address, unixNs); // (4)
    }

    // A pod may forward what others send: then the address is not that of its interface.
    private EndAnswer ResolvePod(
        in NetworkAddress address,
        int ifindex,
        bool isOfInterface,
        long unixNs,
        ulong nowNs
    )
    {
        var match = view.FindEndpoint(in address, unixNs);
        var isPod = match.Endpoint is { Kind: EndpointKind.Pod, PodUid: not null };
        if (!isOfInterface && (isPod || (match.Final && view.HasCluster)))
        {
            return new(match.Endpoint, IsLocal: true, match.Final);
        }

        if (isOfInterface && _bindings.Find(ifindex) is { } bound && !IsSucceeded(bound, in match, ifindex))
        {
            var known = isPod && string.Equals(match.Endpoint.PodUid, bound.PodUid, StringComparison.Ordinal);
            return new(
                known ? match.Endpoint : bound.Endpoint,
                IsLocal: true,
                IsFinal: !known || match.Final
            );
        }

        if (!view.HasCluster)
        {
            return new(node.UnknownPod, IsLocal: true, IsFinal: true);
        }

        if (!isPod || !isOfInterface)
        {
            return new(node.UnknownPod, IsLocal: true, match.Final && IsOlderThanModel(ifindex, nowNs));
        }

        if (IsAnothers(match.Endpoint, in address, ifindex, nowNs) || IsElsewhere(in address, ifindex, nowNs))
        {
            return new(node.UnknownPod, IsLocal: true, IsFinal: false);
        }

        if (match.Final)
        {
            _bindings.Bind(ifindex, in address, match.Endpoint);
        }

        return new(match.Endpoint, IsLocal: true, match.Final);
    }

    private EndAnswer ResolveOther(in NetworkAddress address, long unixNs)
    {
        var match = view.FindEndpoint(in address, unixNs);
        var endpoint = match.Endpoint;
        if (endpoint.Kind != EndpointKind.Pod || !view.HasCluster || !node.Runs(endpoint))
        {
            return new(endpoint, IsLocal: false, match.Final);
        }

        // Here it was behind an interface, which is gone: whoever has the address now is somebody else.
        return endpoint.PodUid is { } uid && _bindings.Find(uid) is { } bound && bound.Address == address
            ? new(Endpoint.UnknownPod, IsLocal: false, IsFinal: false)
            : new(endpoint, IsLocal: true, match.Final);
    }

    // The same pod may get another interface, when its sandbox is made anew: mostly with another address; else after a while it is believed.
    private bool IsAnothers(Endpoint pod, in NetworkAddress address, int ifindex, ulong nowNs) =>
        _bindings.Find(pod.PodUid!) is { } bound
        && bound.Interface != ifindex
        && bound.Address == address
        && !IsOlderThanModel(ifindex, nowNs);

    // Bound while the model was behind: that pod is gone, the interface lives, and the address is another's of this node.
    private bool IsSucceeded(InterfaceBindings.Binding bound, in EndpointMatch match, int ifindex) =>
        bound.Endpoint.IsGone
        && match is { Final: true, Endpoint: { Kind: EndpointKind.Pod, PodUid: { } uid, IsGone: false } }
        && !string.Equals(uid, bound.PodUid, StringComparison.Ordinal)
        && node.Runs(match.Endpoint)
        && addresses.GoneNs(ifindex) == long.MaxValue;

    // The interface went before anybody told whose it was, and its address is at another by now: the pod that the model knows may be that one's.
    private bool IsElsewhere(in NetworkAddress address, int ifindex, ulong nowNs) =>
        addresses.GoneNs(ifindex) != long.MaxValue
        && addresses.TryFindInterface(in address, (long)nowNs, out var now)
        && now != ifindex;

    private bool IsOlderThanModel(int ifindex, ulong nowNs) =>
        addresses.IsPodInterface(ifindex) && (ulong)addresses.SinceNs(ifindex) + ModelPatienceNs < nowNs;
}
