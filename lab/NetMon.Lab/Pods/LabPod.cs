using System.Net;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;

namespace NetMon.Lab.Pods;

/// <summary>A pod that runs.</summary>
public sealed class LabPod
{
    private readonly List<LabProcess> _programs = [];
    private readonly Lock _lock = new();
    private readonly string _resolver;

    internal LabPod(PodRequest request, string name, string uid, PodPort? port, string resolver)
    {
        Request = request;
        Name = name;
        Uid = uid;
        Port = port;
        _resolver = resolver;
    }

    public PodRequest Request { get; }

    public LabWorkload Workload => Request.Workload;

    public LabNode Node => Request.Node;

    public string Name { get; }

    public string Uid { get; }

    /// <summary>Null of a pod on its node's network.</summary>
    public PodPort? Port { get; }

    public NetworkNamespace Namespace => Port?.Namespace ?? Node.Namespace;

    public IPAddress V4 => Port?.V4 ?? Node.V4;

    public IPAddress V6 => Port?.V6 ?? Node.V6;

    /// <summary>Of its container; null where there is no cgroup v2.</summary>
    public ControlGroup? Cgroup { get; init; }

    public IPAddress Address(bool v6) => v6 ? V6 : V4;

    /// <summary>Starts a program in the pod, with the cluster's DNS.</summary>
    public LabProcess Start(string program, params IEnumerable<string> arguments) =>
        Start(null, program, arguments);

    /// <param name="log">A file that gets what it says; null: it is kept in memory.</param>
    public LabProcess Start(string? log, string program, IEnumerable<string> arguments)
    {
        var started = new LabProgram
        {
            Namespace = Namespace,
            Cgroup = Cgroup,
            Resolver = _resolver,
            Log = log,
        }.Start(program, arguments);
        lock (_lock)
        {
            _programs.Add(started);
        }

        return started;
    }

    public override string ToString() => $"{Workload.Namespace}/{Name}";

    internal void EndPrograms()
    {
        lock (_lock)
        {
            _programs.ForEach(program => program.Dispose());
            _programs.Clear();
        }

        Cgroup?.Remove();
    }
}
