using System.Net;

namespace NetMon.Agent.Options;

/// <summary>The agent's HTTP side: metrics, health and the flow API.</summary>
public sealed class ApiOptions
{
    /// <summary>Address and port that the agent serves HTTP on; port 0 takes any free one.</summary>
    public IPEndPoint Listen { get; set; } = new(IPAddress.Loopback, 9990);
}
