namespace NetMon.Agent.Api;

/// <summary>Which way a connection came in; a feature of each connection.</summary>
internal enum ApiListener
{
    /// <summary>By the address of <c>api.listen</c>.</summary>
    Network,

    /// <summary>By the agent's socket, which only root may use.</summary>
    Socket,
}

/// <summary>The way in, as a feature: an enumeration cannot be one.</summary>
internal sealed record ApiListenerFeature(ApiListener Listener)
{
    public static ApiListenerFeature Network { get; } = new(ApiListener.Network);

    public static ApiListenerFeature Socket { get; } = new(ApiListener.Socket);
}
