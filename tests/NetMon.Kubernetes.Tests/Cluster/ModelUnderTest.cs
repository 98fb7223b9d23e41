using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Networks;
using NetMon.Kubernetes.Cluster;
using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Tests.Cluster;

/// <summary>A model, its clock, and short words for objects. Times are seconds after <see cref="Start"/>.</summary>
internal sealed class ModelUnderTest
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualClock _clock = new(Start);

    public ModelUnderTest(ClusterModelOptions? options = null, bool synced = true)
    {
        Model = new ClusterModel(options ?? new ClusterModelOptions(), _clock);
        if (synced)
        {
            Sync();
        }
    }

    public ClusterModel Model { get; }

    /// <summary>What the clock shows.</summary>
    public double Now
    {
        get => (_clock.Time - Start).TotalSeconds;
        set => _clock.Time = Time(value);
    }

    public static DateTimeOffset Time(double seconds) => Start + TimeSpan.FromSeconds(seconds);

    /// <summary>As the API server writes it: whole seconds.</summary>
    public static DateTimeOffset Written(double seconds) => Time(Math.Floor(seconds));

    public static long UnixNs(double seconds) => (Time(seconds) - DateTimeOffset.UnixEpoch).Ticks * 100;

    public static NetworkAddress Address(string text) =>
        NetworkAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    public static KeyValuePair<string, string> Label(string key, string value) => new(key, value);

    public static PodObject Pod(
        string name,
        string? ip = null,
        string? uid = null,
        double? started = null,
        double? ready = null
    ) =>
        new()
        {
            Id = new("shop", name, uid ?? $"uid-{name}"),
            Addresses = ip is null ? [] : [Address(ip)],
            Phase = ip is null ? "Pending" : "Running",
            Node = "node-1",
            Created = started is { } created ? Written(created) : null,
            Started = started is { } start ? Written(start) : null,
            NetworkReady = ready is { } second ? Written(second) : null,
        };

    public static NodeObject Node(string name, string? ip = null, string? cidr = null, string? zone = null) =>
        new()
        {
            Id = new("", name, $"uid-{name}"),
            Addresses = ip is null ? [] : [Address(ip)],
            PodCidrs = cidr is null ? [] : [Cidr.Parse(cidr)],
            Labels = zone is null ? [] : [Label("topology.kubernetes.io/zone", zone)],
        };

    /// <summary>Lists every resource, with these objects in them.</summary>
    public void Sync(params object[] objects)
    {
        List(Model.Nodes, objects.OfType<NodeObject>());
        List(Model.Pods, objects.OfType<PodObject>());
        List(Model.Services, objects.OfType<ServiceObject>());
        List(Model.EndpointSlices, objects.OfType<EndpointSliceObject>());
    }

    public static void List<T>(IObjectSink<T> sink, IEnumerable<T> items)
        where T : class
    {
        sink.BeginList();
        foreach (var item in items)
        {
            sink.Apply(item);
        }

        sink.EndList();
    }

    public AddressVersion? Chain(string ip) => Model.ChainOf(Address(ip));

    public EndpointMatch Find(string ip, double? at = null) =>
        Model.FindEndpoint(Address(ip), UnixNs(at ?? Now));

    /// <summary>The pod that an address is answered with, or else the workload; with a question mark if the answer is not final.</summary>
    public string Who(string ip, double? at = null)
    {
        var match = Find(ip, at);
        return (match.Endpoint.Pod ?? match.Endpoint.Workload.Name) + (match.Final ? "" : "?");
    }
}
