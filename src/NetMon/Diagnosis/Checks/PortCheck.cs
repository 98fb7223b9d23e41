using System.Net.Sockets;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>Whether the agent's address can be listened on.</summary>
internal sealed class PortCheck() : HostCheck("port")
{
    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var listen = scene.Options.Api.Listen;
        string? problem = null;
        try
        {
            using var socket = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(listen);
            socket.Listen();
        }
        catch (SocketException error)
        {
            problem =
                error.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? "another program uses it"
                    : error.Message;
        }

        yield return problem is null ? Pass($"{listen} is free")
        : scene.AgentRuns ? Pass($"{listen} is in use, and an agent runs")
        : Fail($"{listen}: {problem}", "end that program, or give another address with --listen");
    }
}
