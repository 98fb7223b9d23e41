using NetMon.Agent;
using NetMon.Agent.Privileges;
using NetMon.Core.Diagnosis;

namespace NetMon.Verbs;

/// <summary>Exit codes of every verb.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;

    /// <summary>The command line or the environment makes no sense; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The agent answers, but is not ready: <c>status</c> says why.</summary>
    public const int NotReady = 3;

    /// <summary>Another agent runs on this machine, and has what this one needs for itself.</summary>
    public const int AlreadyRunning = AgentHost.AlreadyRunning;

    /// <summary>The agent lacks capabilities that it cannot do without.</summary>
    public const int NotPermitted = AgentPrivileges.NotPermitted;

    /// <summary>Of a diagnosis: warnings do not make it fail.</summary>
    public static int Of(IEnumerable<Finding> findings) =>
        findings.Any(one => one.Status == FindingStatus.Fail) ? Failed : Ok;
}
