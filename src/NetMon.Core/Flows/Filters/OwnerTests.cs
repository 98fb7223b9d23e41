using NetMon.Core.Sockets;

namespace NetMon.Core.Flows.Filters;

/// <summary>Of a local process, by its command or number.</summary>
/// <param name="processId">Null: any.</param>
internal sealed class ProcessTest(NamePattern command, int? processId) : EndTest
{
    public override bool Matches(in Flow flow, bool isSource) =>
        Owners.Of(in flow, isSource) is { } owner
        && (command.Matches(owner.Command) || owner.ProcessId == processId);
}

/// <summary>Of a process in a container, by the beginning of its id.</summary>
internal sealed class ContainerTest(NamePattern id) : EndTest
{
    public override bool Matches(in Flow flow, bool isSource) =>
        Owners.Of(in flow, isSource) is { ContainerId.Length: > 0 } owner && id.Matches(owner.ContainerId);
}

file static class Owners
{
    public static SocketOwner? Of(in Flow flow, bool isSource) =>
        isSource ? flow.SourceOwner : flow.DestinationOwner;
}
