using NetMon.Core.Endpoints;
using NetMon.Kubernetes.Objects;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

public sealed class OwnerTests
{
    private const string Ip = "10.244.1.7";

    private readonly ModelUnderTest _test = new();

    [Fact]
    public void A_replica_set_stands_for_its_deployment()
    {
        _test.Model.ReplicaSets.Apply(ReplicaSet("web-5d8f", "apps/v1", "Deployment", "web"));
        _test.Model.Pods.Apply(Owned("web-5d8f-x2x", "apps/v1", "ReplicaSet", "web-5d8f"));

        Assert.Equal("shop/Deployment/web", Workload());
        Assert.True(_test.Find(Ip).Final);
    }

    [Fact]
    public void Every_name_that_is_known_is_told()
    {
        _test.Model.ReplicaSets.Apply(ReplicaSet("web-5d8f", "apps/v1", "Deployment", "web"));
        _test.Model.Pods.Apply(Owned("web-5d8f-x2x", "apps/v1", "ReplicaSet", "web-5d8f"));

        Assert.Superset(
            new HashSet<string>(["shop", "web", "web-5d8f", "web-5d8f-x2x"], StringComparer.Ordinal),
            _test.Model.Names().ToHashSet(StringComparer.Ordinal)
        );
        Assert.DoesNotContain("", _test.Model.Names());
    }

    [Fact]
    public void A_replica_set_of_another_controller_stands_for_that()
    {
        _test.Model.Pods.Apply(Owned("web-5d8f-x2x", "apps/v1", "ReplicaSet", "web-5d8f", "5d8f"));
        _test.Model.ReplicaSets.Apply(ReplicaSet("web-5d8f", "argoproj.io/v1alpha1", "Rollout", "web"));

        Assert.Equal("shop/Rollout/web", Workload());
    }

    [Fact]
    public void A_replica_set_that_nobody_owns_is_the_workload()
    {
        _test.Model.ReplicaSets.Apply(ReplicaSet("web"));
        _test.Model.Pods.Apply(Owned("web-x2x", "apps/v1", "ReplicaSet", "web"));

        Assert.Equal("shop/ReplicaSet/web", Workload());
    }

    [Fact]
    public void The_deployment_of_a_replica_set_that_is_not_told_yet_is_known_by_the_hash_in_its_name()
    {
        _test.Model.Pods.Apply(Owned("web-5d8f-x2x", "apps/v1", "ReplicaSet", "web-5d8f", "5d8f"));

        Assert.Equal("shop/Deployment/web", Workload());
        Assert.True(_test.Find(Ip).Final);

        var endpoint = _test.Find(Ip).Endpoint;
        _test.Model.ReplicaSets.Apply(ReplicaSet("web-5d8f", "apps/v1", "Deployment", "web"));

        Assert.Same(endpoint, _test.Find(Ip).Endpoint);
    }

    [Fact]
    public void A_pod_whose_job_is_told_later_is_not_final_until_then()
    {
        _test.Model.Pods.Apply(Owned("backup-28-x2x", "batch/v1", "Job", "backup-28"));

        Assert.Equal("shop/Job/backup-28", Workload());
        Assert.False(_test.Find(Ip).Final);

        var early = _test.Find(Ip).Endpoint;
        _test.Model.Jobs.Apply(
            new(
                new("shop", "backup-28", "uid-backup-28"),
                "Job",
                new("batch/v1", "CronJob", "backup", "uid-backup")
            )
        );

        Assert.Equal("shop/CronJob/backup", Workload());
        Assert.True(_test.Find(Ip).Final);
        Assert.True(early.Workload.IsGone);
        Assert.False(early.IsGone);
        _test.Model.Pods.Delete(Owned("backup-28-x2x", "batch/v1", "Job", "backup-28"));
        Assert.True(early.IsGone);
    }

    [Fact]
    public void A_job_that_is_never_told_is_taken_as_it_is_after_a_while()
    {
        _test.Model.Pods.Apply(Owned("once-x2x", "batch/v1", "Job", "once"));
        _test.Now = 4.9;
        _test.Model.Housekeep();
        Assert.False(_test.Find(Ip).Final);

        _test.Now = 5;
        _test.Model.Housekeep();
        Assert.True(_test.Find(Ip).Final);
    }

    [Theory]
    [InlineData("apps/v1", "StatefulSet")]
    [InlineData("apps/v1", "DaemonSet")]
    [InlineData("v1", "ReplicationController")]
    [InlineData("apps.kruise.io/v1alpha1", "CloneSet")]
    [InlineData("batch.volcano.sh/v1alpha1", "Job")]
    public void Other_controllers_are_the_workload_by_their_own_kind_and_name(string version, string kind)
    {
        _test.Model.Pods.Apply(Owned("db-0", version, kind, "db"));

        Assert.Equal($"shop/{kind}/db", Workload());
        Assert.True(_test.Find(Ip).Final);
    }

    [Fact]
    public void Owners_without_a_uid_are_told_apart_by_their_names()
    {
        _test.Model.Pods.Apply(Pod("a", Ip) with { Owner = new("v1", "Thing", "one", "") });
        _test.Model.Pods.Apply(Pod("b", "10.244.1.8") with { Owner = new("v1", "Thing", "two", "") });

        Assert.Equal("one", _test.Find(Ip).Endpoint.Workload.Name);
        Assert.Equal("two", _test.Find("10.244.1.8").Endpoint.Workload.Name);
    }

    [Fact]
    public void A_bare_pod_is_its_own_workload()
    {
        _test.Model.Pods.Apply(Pod("debug", Ip));

        Assert.Equal("shop/Pod/debug", Workload());
    }

    [Fact]
    public void A_static_pod_is_the_same_workload_on_each_node()
    {
        _test.Model.Pods.Apply(Owned("proxy-node-1", "v1", "Node", "node-1"));

        Assert.Equal("shop/Pod/proxy", Workload());
        Assert.Equal("proxy-node-1", _test.Find(Ip).Endpoint.Pod);
    }

    [Fact]
    public void Pods_keep_their_deployment_when_its_replica_set_goes_first()
    {
        var set = ReplicaSet("web-5d8f", "apps/v1", "Deployment", "web");
        _test.Model.ReplicaSets.Apply(set);
        _test.Model.Pods.Apply(Owned("web-5d8f-x2x", "apps/v1", "ReplicaSet", "web-5d8f"));
        _test.Model.ReplicaSets.Delete(set);
        _test.Model.Nodes.Apply(Node("node-1", zone: "west"));

        Assert.Equal("shop/Deployment/web", Workload());
        Assert.Equal("west", _test.Find(Ip).Endpoint.Zone);
    }

    [Fact]
    public void A_workload_is_one_object_which_knows_whether_a_pod_is_left()
    {
        var first = Owned("db-0", "apps/v1", "StatefulSet", "db");
        var second = Owned("db-1", "apps/v1", "StatefulSet", "db", ip: "10.244.1.8");
        _test.Model.Pods.Apply(first);
        _test.Model.Pods.Apply(second);
        var workload = _test.Find(Ip).Endpoint.Workload;
        Assert.Same(workload, _test.Find("10.244.1.8").Endpoint.Workload);

        _test.Model.Pods.Delete(first);
        Assert.False(workload.IsGone);
        _test.Model.Pods.Delete(second);
        Assert.True(workload.IsGone);

        _test.Now = 3599;
        _test.Model.Housekeep();
        _test.Model.Pods.Apply(first);
        Assert.False(workload.IsGone);
        Assert.Same(workload, _test.Find(Ip).Endpoint.Workload);

        _test.Model.Pods.Delete(first);
        _test.Now = 7200;
        _test.Model.Housekeep();
        _test.Model.Pods.Apply(first);
        Assert.NotSame(workload, _test.Find(Ip).Endpoint.Workload);
        Assert.True(workload.IsGone);
    }

    [Fact]
    public void A_pod_that_gets_another_owner_belongs_to_that()
    {
        _test.Model.Pods.Apply(Owned("web-5d8f-x2x", "apps/v1", "ReplicaSet", "web-5d8f", "5d8f"));
        _test.Model.Pods.Apply(
            Owned("web-5d8f-x2x", "apps/v1", "ReplicaSet", "web-5d8f", "5d8f") with
            {
                Owner = null,
            }
        );

        Assert.Equal("shop/Pod/web-5d8f-x2x", Workload());
        _test.Model.ReplicaSets.Apply(ReplicaSet("web-5d8f", "apps/v1", "Deployment", "web"));
        Assert.Equal("shop/Pod/web-5d8f-x2x", Workload());
    }

    [Fact]
    public void Labels_that_change_are_seen_and_those_that_do_not_are_shared()
    {
        var label = Label("app", "web");
        _test.Model.Pods.Apply(Pod("a", Ip) with { Labels = [label] });
        _test.Model.Pods.Apply(Pod("b", "10.244.1.8") with { Labels = [label] });
        Assert.Same(_test.Find(Ip).Endpoint.Labels, _test.Find("10.244.1.8").Endpoint.Labels);

        _test.Model.Pods.Apply(Pod("a", Ip) with { Labels = [label, Label("role", "primary")] });
        Assert.Equal(2, _test.Find(Ip).Endpoint.Labels.Count);
    }

    private string Workload() => _test.Find(Ip).Endpoint.Workload.ToString();

    private static OwnerObject ReplicaSet(
        string name,
        string version = "",
        string? kind = null,
        string owner = ""
    ) =>
        new(
            new("shop", name, $"uid-{name}"),
            "ReplicaSet",
            kind is null ? null : new(version, kind, owner, $"uid-{owner}")
        );

    private static PodObject Owned(
        string pod,
        string version,
        string kind,
        string name,
        string? hash = null,
        string ip = Ip
    ) =>
        Pod(pod, ip) with
        {
            Owner = new(version, kind, name, $"uid-{name}"),
            Labels = hash is null ? [] : [Label("pod-template-hash", hash)],
        };
}
