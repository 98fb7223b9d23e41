using System.Text.Json.Nodes;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Objects;
using NetMon.Kubernetes.Watching;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Misbehaviour;
using NetMon.Lab.ApiServer.Objects;

namespace NetMon.Kubernetes.Tests.Watching;

/// <summary>An API server with a small cluster in it, and a watch of all of that. The clock moves over the waits between attempts.</summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("netmon-test-");

    private ClusterUnderTest(KubeApiServer server) => Server = server;

    public KubeApiServer Server { get; }

    public ClusterWatch Watch { get; private set; } = null!;

    public ManualTime Time { get; } = new();

    public TestLog Log { get; } = new();

    public string TokenFile => Path.Combine(_directory.FullName, "token");

    public RecordingSink<PodObject> Pods { get; } = new(item => item.Id);

    public RecordingSink<NodeObject> Nodes { get; } = new(item => item.Id);

    public RecordingSink<ServiceObject> Services { get; } = new(item => item.Id);

    public RecordingSink<EndpointSliceObject> EndpointSlices { get; } = new(item => item.Id);

    public RecordingSink<NamespaceObject> Namespaces { get; } = new(item => item.Id);

    public RecordingSink<OwnerObject> ReplicaSets { get; } = new(item => item.Id);

    public RecordingSink<OwnerObject> Jobs { get; } = new(item => item.Id);

    public static async Task<ClusterUnderTest> StartAsync(
        string version = "1.32",
        ContinueTokens tokens = ContinueTokens.Valid
    )
    {
        var server = await KubeApiServer.StartAsync(
            new KubeApiServerOptions { Version = ApiVersion.Parse(version), GzipThreshold = 1000 }
        );
        server.Faults.ContinueTokens = tokens;
        var test = new ClusterUnderTest(server);
        test.Fill();
        await File.WriteAllTextAsync(test.TokenFile, server.Token);
        var kubeconfig = Path.Combine(test._directory.FullName, "config");
        await File.WriteAllTextAsync(
            kubeconfig,
            server.Kubeconfig.Replace($"token: {server.Token}", "tokenFile: token", StringComparison.Ordinal)
        );
        var choice = new ClusterChoice
        {
            Kubeconfig = kubeconfig,
            Time = test.Time,
            Environment = _ => null,
        };
        test.Watch = ClusterWatch.Start(
            ClusterConfiguration.Find(choice)!,
            new ClusterSinks
            {
                Pods = test.Pods,
                Nodes = test.Nodes,
                Services = test.Services,
                EndpointSlices = test.EndpointSlices,
                Namespaces = test.Namespaces,
                ReplicaSets = test.ReplicaSets,
                Jobs = test.Jobs,
            },
            new ClusterWatchOptions
            {
                PageSize = 7,
                Patience = new ApiPatience
                {
                    Answer = TimeSpan.FromMinutes(3),
                    List = TimeSpan.FromMinutes(9),
                    Connect = Patience.Limit,
                },
            },
            test.Time,
            test.Log
        );
        return test;
    }

    public WatchSnapshot Status(string resource) =>
        Watch.Resources.Single(status => status.Resource == resource).Snapshot();

    public static JsonObject Pod(int number, string address) =>
        ObjectBuilder.Pod(
            new PodDescription
            {
                Name = $"pod-{number}",
                Node = "node-1",
                Addresses = [address],
                Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["n"] = $"{number}" },
            }
        );

    /// <summary>Ends when all sinks know what the server has.</summary>
    public Task AgreesAsync() =>
        UntilAsync(
            () =>
                Agrees(Pods, "pods")
                && Agrees(ReplicaSets, "replicasets")
                && Agrees(Nodes, "nodes")
                && Agrees(Services, "services")
                && Agrees(EndpointSlices, "endpointslices")
                && Agrees(Namespaces, "namespaces")
                && Agrees(Jobs, "jobs"),
            "sinks and server agree"
        );

    /// <summary>Waits for a condition; waits between attempts are passed over, time-outs of answers are not.</summary>
    public Task UntilAsync(Func<bool> condition, string what) =>
        Patience.UntilAsync(
            () =>
            {
                if (condition())
                {
                    return true;
                }

                if (Time.NextTimer is { } next && next <= TimeSpan.FromMinutes(1))
                {
                    Time.Advance(next);
                }

                return false;
            },
            what
        );

    public async ValueTask DisposeAsync()
    {
        await Watch.DisposeAsync();
        await Server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private bool Agrees<T>(RecordingSink<T> sink, string resource)
        where T : class =>
        sink.Count == Server.Count(resource)
        && sink.Known.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .All(name =>
                Server.Get(resource, "default", name) is not null
                || Server.Get(resource, "", name) is not null
            );

    private void Fill()
    {
        Server.Apply(ObjectBuilder.Namespace("default"));
        Server.Apply(ObjectBuilder.Node("node-1", ["192.0.2.1"], ["10.0.0.0/16"]));
        for (var i = 0; i < 30; i++)
        {
            Server.Apply(Pod(i, $"10.0.0.{i + 1}"));
        }

        Server.Apply(
            ObjectBuilder.Service(
                new ServiceDescription
                {
                    Name = "web",
                    ClusterIps = ["10.96.0.10"],
                    Ports = [new ServicePortDescription("http", 80, 8080)],
                }
            )
        );
        Server.Apply(ObjectBuilder.Controller("ReplicaSet", "default", "set-0"));
        Server.Apply(ObjectBuilder.Controller("Job", "default", "job-0"));
    }
}
