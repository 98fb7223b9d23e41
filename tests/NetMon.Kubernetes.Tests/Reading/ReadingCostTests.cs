using System.Diagnostics;
using System.Text;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Objects;
using NetMon.Kubernetes.Reading;
using NetMon.Kubernetes.Watching;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;
using Xunit.Abstractions;

namespace NetMon.Kubernetes.Tests.Reading;

[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>With nothing beside it: what is kept is what the process has more than before.</summary>
[Collection(nameof(Alone))]
public sealed class ReadingCostTests(ITestOutputHelper output)
{
    private const int Pods = 30_000;

    // The first warms up. On a busy machine more may pass until the runtime has found the time to optimise what is called often (before,
    // more is allocated), and until what tests before this one left behind is gone.
    private const int Rounds = 20;
    private const int MostKept = 600;

    // Without optimisation each asynchronous call makes an object of its own.
#if DEBUG
    private const int MostAllocated = 2500;
#else
    private const int MostAllocated = 800;
#endif

    [Fact]
    public async Task A_list_of_30000_pods_takes_memory_for_what_is_kept_of_them_and_nothing_else()
    {
        var list = await ListAsync(Pods);
        using var timer = new RequestTimer(TimeProvider.System, Timeout.InfiniteTimeSpan, default);
        var kept = new List<PodObject>(Pods);
        var (allocated, live) = (0L, 0L);
        for (var round = 0; round < Rounds && (round < 2 || !IsExpected(allocated, live)); round++)
        {
            kept.Clear();
            GC.Collect();
            live = GC.GetTotalMemory(forceFullCollection: true);
            allocated = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            Read(list, timer, kept);
            var elapsed = Stopwatch.GetElapsedTime(started);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            live = GC.GetTotalMemory(forceFullCollection: true) - live;
            output.WriteLine(
                $"{list.Length / 1e6:0.0} MB of JSON in {elapsed.TotalMilliseconds:0} ms ({list.Length / 1e6 / elapsed.TotalSeconds:0} MB/s): allocated {allocated / Pods} B a pod, kept {live / Pods} B a pod"
            );
        }

        Assert.Equal(Pods, kept.Count);
        Assert.InRange(list.Length, 60_000_000, 120_000_000);
        Assert.InRange(allocated / Pods, 0, MostAllocated);
        Assert.InRange(live / Pods, 0, MostKept);
    }

    private static bool IsExpected(long allocated, long live) =>
        allocated / Pods <= MostAllocated && live / Pods is >= 0 and <= MostKept;

    private static void Read(byte[] list, RequestTimer timer, List<PodObject> kept)
    {
        using var stream = new ObjectStream(new MemoryStream(list), WatchedResources.Pods.ListFields, timer);
        var reader = new ObjectReader<PodObject>(WatchedResources.Pods.Read);
        while (true)
        {
            var next = stream.NextAsync();
            var told = next.IsCompletedSuccessfully ? next.Result : StreamEvent.End;
            if (told != StreamEvent.Item)
            {
                return;
            }

            kept.Add(reader.Read(stream.Json, stream.IsTruncated).Item!);
        }
    }

    // A pod as the test API server shows it, under many names.
    private static async Task<byte[]> ListAsync(int pods)
    {
        await using var server = await KubeApiServer.StartAsync();
        server.Apply(
            ObjectBuilder.Pod(
                new PodDescription
                {
                    Name = "NAME",
                    Namespace = "default",
                    Uid = "UID",
                    Node = "node-NODE",
                    Addresses = ["ADDRESS"],
                    Labels = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["app"] = "app-SET",
                        ["pod-template-hash"] = "SET",
                    },
                    Owner = new Owner("apps/v1", "ReplicaSet", "app-SET", "set-SET"),
                }
            )
        );
        var one = server.Get("pods", "default", "NAME")!.ToJsonString();
        var list = new StringBuilder(
            "{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":["
        );
        for (var i = 0; i < pods; i++)
        {
            list.Append(i > 0 ? "," : "")
                .Append(
                    one.Replace("NAME", $"app-{i / 10}-{i:x5}", StringComparison.Ordinal)
                        .Replace("UID", $"0b5b2b62-2a2a-4f0c-9b3f-{i:x12}", StringComparison.Ordinal)
                        .Replace("NODE", $"{i % 300}", StringComparison.Ordinal)
                        .Replace("SET", $"{i / 10}", StringComparison.Ordinal)
                        .Replace(
                            "ADDRESS",
                            $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}",
                            StringComparison.Ordinal
                        )
                );
        }

        return Encoding.UTF8.GetBytes(list.Append("]}").ToString());
    }
}
