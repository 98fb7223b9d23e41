using NetMon.Core.Endpoints;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

public sealed class ConcurrencyTests
{
    private const int Addresses = 200;
    private const int Rounds = 60;

    [Fact]
    public async Task Readers_see_only_pods_that_had_the_address_while_writers_change_everything()
    {
        var test = new ModelUnderTest();
        var now = UnixNs(0);
        using var stop = new CancellationTokenSource();

        // Every address has a pod that is named for it.
        for (var i = 0; i < Addresses; i++)
        {
            test.Model.Pods.Apply(PodAt(i, round: 0));
        }

        var readers = Enumerable
            .Range(0, 2)
            .Select(_ =>
                Task.Run(() =>
                {
                    var reads = 0L;
                    while (!stop.IsCancellationRequested)
                    {
                        for (var i = 0; i < Addresses; i++)
                        {
                            var match = test.Model.FindEndpoint(Address(Ip(i)), now);
                            Check(i, match);
                            reads++;
                        }
                    }

                    return reads;
                })
            )
            .ToArray();
        var writers = new[]
        {
            Task.Run(() =>
            {
                for (var round = 1; round < Rounds; round++)
                {
                    for (var i = 0; i < Addresses; i++)
                    {
                        // The same name, so that the earlier pod ends and the next one begins in one step.
                        test.Model.Pods.Apply(PodAt(i, round));
                    }
                }
            }),
            Task.Run(() =>
            {
                for (var round = 0; round < Rounds; round++)
                {
                    for (var i = 0; i < 10; i++)
                    {
                        test.Model.Nodes.Apply(
                            Node($"node-{i}", $"192.0.2.{i}", $"10.244.{i}.0/24", $"zone-{round % 3}")
                        );
                        test.Model.Housekeep();
                    }
                }
            }),
            Task.Run(() =>
            {
                for (var round = 0; round < Rounds; round++)
                {
                    var job = round % Rounds;
                    test.Model.Jobs.Apply(
                        new(
                            new("shop", $"job-{job}", $"uid-{job}"),
                            "Job",
                            new("batch/v1", "CronJob", "web", "uid-web")
                        )
                    );
                }
            }),
        };
        await Task.WhenAll(writers);
        await stop.CancelAsync();
        var reads = await Task.WhenAll(readers);

        Assert.All(reads, count => Assert.True(count > 0));
        Assert.Equal(Addresses, test.Model.Count().Pods);
    }

    /// <summary>The pod that the address is for; or for the moment between two of them nobody, which is not final.</summary>
    private static void Check(int i, EndpointMatch match)
    {
        var endpoint = match.Endpoint;
        if (endpoint.Pod is null)
        {
            Assert.False(match.Final);
            Assert.Equal(Endpoint.UnknownName, endpoint.Workload.Name);
            return;
        }

        Assert.StartsWith($"pod-{i}-", endpoint.Pod, StringComparison.Ordinal);
        Assert.True(endpoint.Workload.Kind == "Job" || endpoint.Workload.Name == "web");
        Assert.True(endpoint.Zone?.StartsWith("zone-", StringComparison.Ordinal) ?? true);
        Assert.Equal($"node-{i % 10}", endpoint.Node);
    }

    private static string Ip(int i) => $"10.244.{i % 10}.{(i / 10) + 2}";

    private static Kubernetes.Objects.PodObject PodAt(int i, int round) =>
        Pod($"pod-{i}-", Ip(i), uid: $"{i}-{round}") with
        {
            Node = $"node-{i % 10}",
            Owner = new("batch/v1", "Job", $"job-{round}", $"uid-{round}"),
        };
}
