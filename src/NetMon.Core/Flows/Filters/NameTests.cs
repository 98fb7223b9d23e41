using NetMon.Core.Endpoints;

namespace NetMon.Core.Flows.Filters;

/// <summary>In a namespace; a destination also by the service that was asked for.</summary>
internal sealed class NamespaceTest(NamePattern name) : EndTest
{
    public NamePattern Name => name;

    public override bool Matches(in Flow flow, bool isSource)
    {
        var scope = flow.Attribution.End(isSource)?.Workload.Namespace;
        return (scope is { Length: > 0 } && name.Matches(scope))
            || (!isSource && name.Matches(flow.Attribution.Service?.Namespace));
    }
}

internal sealed class PodTest(NamespaceScope scope, NamePattern name) : EndTest
{
    public override bool Matches(in Flow flow, bool isSource) =>
        flow.Attribution.End(isSource) is { Pod: { } pod } endpoint
        && name.Matches(pod)
        && scope.Holds(endpoint.Workload.Namespace);

    public override EndTest Within(NamePattern[] namespaces) => new PodTest(scope.Within(namespaces), name);
}

/// <param name="kind">Null: of any kind.</param>
internal sealed class WorkloadTest(NamespaceScope scope, string? kind, NamePattern name) : EndTest
{
    public override bool Matches(in Flow flow, bool isSource) =>
        flow.Attribution.End(isSource)?.Workload is { } workload
        && name.Matches(workload.Name)
        && scope.Holds(workload.Namespace)
        && (kind is null || string.Equals(kind, workload.Kind, StringComparison.OrdinalIgnoreCase));

    public override EndTest Within(NamePattern[] namespaces) =>
        new WorkloadTest(scope.Within(namespaces), kind, name);
}

/// <summary>On a node, or the node itself.</summary>
internal sealed class NodeTest(NamePattern name) : EndTest
{
    public override bool Matches(in Flow flow, bool isSource) =>
        name.Matches(flow.Attribution.End(isSource)?.Node);
}

/// <summary>What the source asked for: only a destination has it.</summary>
/// <param name="portName">Name of the service's port; null: any.</param>
/// <param name="port">Port that was asked for; null: any. One of both is enough.</param>
internal sealed class ServiceTest(NamespaceScope scope, NamePattern name, string? portName, ushort? port)
    : EndTest
{
    public override bool Matches(in Flow flow, bool isSource)
    {
        if (isSource)
        {
            return false;
        }

        if (flow.Attribution.Service is { } service)
        {
            return name.Matches(service.Name)
                && scope.Holds(service.Namespace)
                && (
                    portName is null
                    || service.Port == port
                    || string.Equals(portName, service.PortName, StringComparison.Ordinal)
                );
        }

        // A service's address with a port that the service does not have.
        return flow.Attribution.Destination is { Kind: EndpointKind.Service } destination
            && name.Matches(destination.Workload.Name)
            && scope.Holds(destination.Workload.Namespace)
            && (portName is null || flow.Destination.Port == port);
    }

    public override EndTest Within(NamePattern[] namespaces) =>
        new ServiceTest(scope.Within(namespaces), name, portName, port);
}

/// <summary>Outside of the cluster, whether or not the network has a name.</summary>
internal sealed class ExternalTest : EndTest
{
    public override bool Matches(in Flow flow, bool isSource) =>
        flow.Attribution.End(isSource)?.Kind == EndpointKind.External;
}

/// <summary>By what is taken to be spoken, which the destination decides.</summary>
internal sealed class AppProtocolTest(NamePattern word) : EndTest
{
    public override bool Matches(in Flow flow, bool isSource) =>
        !isSource && word.Matches(flow.Attribution.AppProtocol?.Word);
}
