using System.CommandLine;
using NetMon.Terminal;

namespace NetMon.Verbs;

/// <summary><c>netmon debug</c>: looks into a running agent, or into the way of packets.</summary>
internal static class DebugVerb
{
    public static Command Create(Func<TerminalOutput>? output = null) =>
        new("debug", "look closer: more in the agent's log for a while, or each packet's way")
        {
            DebugTraceVerb.Create(output),
            DebugPacketVerb.Create(output),
        };
}
