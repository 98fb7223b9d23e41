using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

public sealed class ListTests
{
    private const string Ip = "10.244.1.7";

    [Fact]
    public void Nothing_is_final_before_everything_was_listed_once()
    {
        var test = new ModelUnderTest(synced: false);
        Assert.False(test.Model.IsSynced);
        List(test.Model.Pods, [Pod("web", Ip)]);
        List(test.Model.Nodes, [Node("node-1", "192.0.2.1", "10.244.1.0/24")]);
        List(test.Model.Services, []);

        Assert.False(test.Model.IsSynced);
        Assert.Equal("web?", test.Who(Ip));
        Assert.Equal("node-1?", test.Who("192.0.2.1"));
        Assert.Equal("node-1?", test.Who("10.244.1.1"));
        Assert.Equal("external?", test.Who("198.51.100.1"));

        test.Model.EndpointSlices.BeginList();
        test.Model.EndpointSlices.AbortList();
        Assert.False(test.Model.IsSynced);
        List(test.Model.EndpointSlices, []);

        Assert.True(test.Model.IsSynced);
        Assert.Equal("web", test.Who(Ip));
        Assert.Equal("node-1", test.Who("10.244.1.1"));
        Assert.Equal("external", test.Who("198.51.100.1"));
    }

    [Fact]
    public void What_a_new_list_does_not_name_is_gone_since_then()
    {
        var test = new ModelUnderTest();
        test.Model.Pods.Apply(Pod("stays", Ip));
        test.Model.Pods.Apply(Pod("goes", "10.244.1.8"));
        var gone = test.Find("10.244.1.8").Endpoint;
        test.Now = 60;
        List(test.Model.Pods, [Pod("stays", Ip)]);

        Assert.True(gone.IsGone);
        Assert.True(gone.Workload.IsGone);
        Assert.Equal("stays", test.Who(Ip, 61));
        Assert.Equal("goes", test.Who("10.244.1.8", 59));
        Assert.Equal("unknown?", test.Who("10.244.1.8", 61));
        Assert.Equal(1, test.Model.Count().Pods);
    }

    [Fact]
    public void A_list_that_breaks_off_takes_nothing_away()
    {
        var test = new ModelUnderTest();
        test.Model.Pods.Apply(Pod("first", Ip));
        test.Now = 60;
        test.Model.Pods.BeginList();
        test.Model.Pods.Apply(Pod("second", "10.244.1.8"));
        test.Model.Pods.AbortList();

        Assert.Equal("first", test.Who(Ip));
        Assert.Equal("second", test.Who("10.244.1.8"));

        List(test.Model.Pods, [Pod("first", Ip)]);

        Assert.Equal("first", test.Who(Ip));
        Assert.Equal("unknown?", test.Who("10.244.1.8"));
    }

    [Fact]
    public void Another_pod_of_the_same_name_ends_the_earlier_one_though_nobody_told()
    {
        var test = new ModelUnderTest();
        test.Model.Pods.Apply(Pod("db-0", Ip, uid: "first", started: 0, ready: 0));
        var first = test.Find(Ip).Endpoint;
        test.Now = 31.5;
        List(test.Model.Pods, [Pod("db-0", "10.244.1.8", uid: "second", started: 30, ready: 31)]);

        Assert.True(first.IsGone);
        Assert.False(first.Workload.IsGone);
        Assert.Equal("first", test.Find(Ip, 20).Endpoint.PodUid);
        Assert.Equal("unknown?", test.Who(Ip, 32));
        Assert.Equal("second", test.Find("10.244.1.8", 32).Endpoint.PodUid);
    }

    [Fact]
    public void The_late_end_of_an_earlier_pod_does_not_touch_the_later_one_of_its_name()
    {
        var test = new ModelUnderTest();
        test.Model.Pods.Apply(Pod("db-0", Ip, uid: "first"));
        test.Now = 30;
        test.Model.Pods.Apply(Pod("db-0", "10.244.1.8", uid: "second"));
        test.Model.Pods.Delete(Pod("db-0", Ip, uid: "first"));

        Assert.False(test.Find("10.244.1.8").Endpoint.IsGone);
        Assert.Equal("db-0", test.Who("10.244.1.8"));
    }

    [Fact]
    public void Deleting_what_is_not_known_does_nothing()
    {
        var test = new ModelUnderTest();
        test.Model.Pods.Delete(Pod("web", Ip));
        test.Model.Nodes.Delete(Node("node-1", "192.0.2.1"));

        Assert.Equal(default, test.Model.Count());
    }

    [Fact]
    public void A_pod_that_comes_back_in_a_later_list_is_there_again()
    {
        var test = new ModelUnderTest();
        test.Model.Pods.Apply(Pod("web", Ip, started: 0, ready: 1));
        List(test.Model.Pods, []);
        test.Now = 5;
        test.Sync(Pod("web", Ip, started: 0, ready: 1));

        Assert.Equal("web", test.Who(Ip));
    }

    [Fact]
    public void What_ended_is_forgotten_when_no_flow_can_ask_for_it_any_more()
    {
        var test = new ModelUnderTest();
        test.Now = 2;
        test.Model.Pods.Apply(Pod("web", Ip, started: 0, ready: 1));
        test.Now = 100;
        test.Model.Pods.Delete(Pod("web", Ip, started: 0, ready: 1));
        test.Now = 399;
        test.Model.Housekeep();
        Assert.Equal("web", test.Who(Ip, 99));
        Assert.Equal(1, test.Model.Count().Versions);

        test.Now = 400;
        test.Model.Housekeep();
        Assert.Equal("external?", test.Who(Ip, 99));
        Assert.Equal(0, test.Model.Count().Versions);
        Assert.Equal(0, test.Model.Count().Addresses);
    }

    [Fact]
    public void Pods_that_were_done_long_ago_leave_no_versions()
    {
        var test = new ModelUnderTest();
        test.Now = 1000;
        test.Sync(Pod("job", Ip, started: 0, ready: 1) with { Phase = "Succeeded", Finished = Written(10) });

        Assert.Equal(1, test.Model.Count().Pods);
        Assert.Equal(0, test.Model.Count().Versions);
    }
}
