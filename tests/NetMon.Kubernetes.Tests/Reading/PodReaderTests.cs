using NetMon.Kubernetes.Objects;
using NetMon.Kubernetes.Watching;

namespace NetMon.Kubernetes.Tests.Reading;

public sealed class PodReaderTests
{
    // As kubectl get --raw shows one of a kubelet 1.32, shortened where it repeats.
    private const string Running = """
        {"metadata":{"name":"web-5d9c7bf6c8-x2x7k","generateName":"web-5d9c7bf6c8-","namespace":"shop","uid":"0b5b2b62-2a2a-4f0c-9b3f-6f5b2f0a7d11","resourceVersion":"4711","creationTimestamp":"2026-03-01T10:00:00Z",
         "labels":{"app":"web","pod-template-hash":"5d9c7bf6c8"},"annotations":{"kubectl.kubernetes.io/restartedAt":"2026"},
         "ownerReferences":[{"apiVersion":"v1","kind":"Other","name":"o","uid":"u0"},{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-5d9c7bf6c8","uid":"u1","controller":true,"blockOwnerDeletion":true}],
         "managedFields":[{"manager":"kubelet","operation":"Update","apiVersion":"v1","fieldsV1":{"f:status":{"f:podIP":{}}}}]},
         "spec":{"nodeName":"n1","containers":[{"name":"c","env":[{"name":"metadata","value":"{\"name\":\"x\"}"}]}]},
         "status":{"phase":"Running","hostIP":"192.0.2.1","podIP":"10.1.0.7","podIPs":[{"ip":"10.1.0.7"},{"ip":"fd00::7"}],"startTime":"2026-03-01T10:00:01Z",
         "conditions":[{"type":"PodReadyToStartContainers","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-03-01T10:00:03Z"},{"type":"Ready","status":"True","lastTransitionTime":"2026-03-01T10:00:09Z"}],
         "containerStatuses":[{"name":"c","state":{"running":{"startedAt":"2026-03-01T10:00:04Z"}},"lastState":{"terminated":{"finishedAt":"2026-03-01T09:00:00Z"}}}]}}
        """;

    [Fact]
    public void A_running_pod()
    {
        var pod = Read(Running);
        Assert.Equal(
            new ObjectName("shop", "web-5d9c7bf6c8-x2x7k", "0b5b2b62-2a2a-4f0c-9b3f-6f5b2f0a7d11"),
            pod.Id
        );
        Assert.Equal([new("app", "web"), new("pod-template-hash", "5d9c7bf6c8")], pod.Labels);
        Assert.Equal(new OwnerReference("apps/v1", "ReplicaSet", "web-5d9c7bf6c8", "u1"), pod.Owner);
        Assert.Equal("n1", pod.Node);
        Assert.False(pod.HostNetwork);
        Assert.Equal(["10.1.0.7", "fd00::7"], pod.Addresses.Select(address => address.ToString()));
        Assert.Equal("Running", pod.Phase);
        Assert.Equal(At("10:00:00"), pod.Created);
        Assert.Equal(At("10:00:01"), pod.Started);
        Assert.Equal(At("10:00:03"), pod.NetworkReady);
        Assert.Null(pod.Deletion);
        Assert.Null(pod.Finished);
    }

    [Fact]
    public void Pods_of_one_owner_share_its_reference_and_strings()
    {
        const int Lists = 100;
        var (nodes, namespaces) = (0, 0);
        for (var i = 0; i < Lists; i++)
        {
            var pod = Running
                .Replace("\"n1\"", $"\"n{i}\"", StringComparison.Ordinal)
                .Replace("\"shop\"", $"\"shop{i}\"", StringComparison.Ordinal);
            var list = System.Text.Encoding.UTF8.GetBytes($"{{\"items\":[{pod},{pod}]}}");
            var pods = ListText.ReadAll(WatchedResources.Pods, list, out _);
            var (one, other) = (pods[0].Item!, pods[1].Item!);
            Assert.Same(one.Owner, other.Owner);
            Assert.Same(one.Labels, other.Labels);
            Assert.Equal(($"n{i}", $"shop{i}"), (other.Node, other.Id.Namespace));
            nodes += ReferenceEquals(one.Node, other.Node) ? 1 : 0;
            namespaces += ReferenceEquals(one.Id.Namespace, other.Id.Namespace) ? 1 : 0;
        }

        // A few are pushed out by other strings, by hashes that are new in each run.
        Assert.InRange(nodes, Lists * 3 / 4, Lists);
        Assert.InRange(namespaces, Lists * 3 / 4, Lists);
    }

    [Fact]
    public void A_pod_that_is_not_scheduled_has_little()
    {
        var pod = Read(
            """{"metadata":{"name":"p","namespace":"n","uid":"u","creationTimestamp":null},"spec":{},"status":{"phase":"Pending","podIP":""}}"""
        );
        Assert.Null(pod.Node);
        Assert.Null(pod.Owner);
        Assert.Null(pod.Created);
        Assert.Empty(pod.Addresses);
        Assert.Empty(pod.Labels);
    }

    [Fact]
    public void An_address_alone_counts_where_there_is_no_list()
    {
        var pod = Read(Pod("{\"hostNetwork\":true}", "{\"podIP\":\"10.0.0.1\"}"));
        Assert.Equal("10.0.0.1", Assert.Single(pod.Addresses).ToString());
        Assert.True(pod.HostNetwork);
    }

    [Theory]
    [InlineData("Succeeded", null, true)]
    [InlineData("Failed", null, true)]
    [InlineData("Running", null, false)]
    [InlineData("Running", "2026-03-01T10:05:00Z", true)]
    public void A_pod_has_finished_when_none_of_its_containers_is_started_again(
        string phase,
        string? deletion,
        bool finished
    )
    {
        var status = $$$$"""
            {"phase":"{{{{phase}}}}","initContainerStatuses":[{"state":{"terminated":{"finishedAt":"2026-03-01T10:00:30Z"}}}],
             "containerStatuses":[{"state":{"terminated":{"exitCode":0,"finishedAt":"2026-03-01T10:01:00Z"}}},{"state":{"terminated":{"finishedAt":"2026-03-01T10:00:40Z"}}}]}
            """;
        var pod = Read(
            $$"""{"metadata":{"name":"p","uid":"u","deletionTimestamp":{{(deletion is null ? "null" : $"\"{deletion}\"")}} },"status":{{status}} }"""
        );
        Assert.Equal(finished ? At("10:01:00") : null, pod.Finished);
        Assert.Equal(deletion is null ? null : At("10:05:00"), pod.Deletion);
    }

    [Fact]
    public void A_pod_has_not_finished_while_one_container_runs()
    {
        var pod = Read(
            Pod(
                "{}",
                """{"phase":"Failed","containerStatuses":[{"state":{"terminated":{"finishedAt":"2026-03-01T10:01:00Z"}}},{"state":{"running":{}}}]}"""
            )
        );
        Assert.Null(pod.Finished);
    }

    [Fact]
    public void A_sandbox_that_is_not_ready_has_no_time()
    {
        var pod = Read(
            Pod(
                "{}",
                """{"conditions":[{"type":"PodReadyToStartContainers","status":"False","lastTransitionTime":"2026-03-01T10:00:03Z"}]}"""
            )
        );
        Assert.Null(pod.NetworkReady);
    }

    [Fact]
    public void The_last_of_duplicate_fields_counts_and_objects_are_merged()
    {
        var pod = Read(
            """{"metadata":{"name":"first","labels":{"a":"1","a":"2"}},"metadata":{"name":"last","uid":"u"},"status":{"phase":"Running","phase":"Failed"}}"""
        );
        Assert.Equal("last", pod.Id.Name);
        Assert.Equal("Failed", pod.Phase);
        Assert.Equal([new("a", "2")], pod.Labels);
    }

    [Fact]
    public void Escapes_are_read()
    {
        var pod = Read("""{"metadata":{"name":"\u0070\/x","uid":"u","labels":{"k\u002f":"\u0076"}}}""");
        Assert.Equal("p/x", pod.Id.Name);
        Assert.Equal([new("k/", "v")], pod.Labels);
    }

    private static DateTimeOffset At(string time) =>
        DateTimeOffset.Parse($"2026-03-01T{time}Z", System.Globalization.CultureInfo.InvariantCulture);

    private static string Pod(string spec, string status) =>
        $$"""{"metadata":{"name":"p","namespace":"n","uid":"u"},"spec":{{spec}},"status":{{status}} }""";

    private static PodObject Read(string json)
    {
        var result = ListText.Read(WatchedResources.Pods, json);
        Assert.Null(result.Error);
        return result.Item!;
    }
}
