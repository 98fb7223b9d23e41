using NetMon.Kubernetes.Cluster;
using static NetMon.Kubernetes.Tests.Cluster.ModelUnderTest;

namespace NetMon.Kubernetes.Tests.Cluster;

public sealed class AddressReuseTests
{
    private const string Ip = "10.244.1.7";

    private readonly ModelUnderTest _test = new();

    [Theory]
    [InlineData(5.0)]
    [InlineData(5.4)]
    [InlineData(5.999)]
    public void A_pod_that_died_keeps_its_flows_when_its_address_comes_back_a_second_later(double died)
    {
        var old = Pod("old", Ip, started: 0, ready: 1);
        var next = Pod("next", started: died + 0.5);
        _test.Now = 1.5;
        _test.Model.Pods.Apply(old);
        _test.Now = died + 0.6;
        _test.Model.Pods.Apply(next);

        // The next pod's address is told before the earlier one's end is.
        var got = died + 1;
        _test.Now = got + 0.3;
        _test.Model.Pods.Apply(Pod("next", Ip, started: died + 0.5, ready: got));
        _test.Now = got + 0.8;
        _test.Model.Pods.Delete(old with { Phase = "Failed", Finished = Written(died) });

        Assert.Equal("old", _test.Who(Ip, died - 0.5));
        Assert.Equal("old", _test.Who(Ip, died));
        Assert.Equal("next", _test.Who(Ip, got));
        Assert.Equal("next", _test.Who(Ip, got + 10));
    }

    [Fact]
    public void Without_a_time_of_death_the_next_pod_has_the_address_from_its_network_was_ready()
    {
        var old = Pod("old", Ip, started: 0, ready: 1);
        _test.Model.Pods.Apply(old);
        _test.Now = 8;
        _test.Model.Pods.Apply(Pod("next", Ip, started: 5, ready: 7));
        _test.Now = 9;
        _test.Model.Pods.Delete(old);

        Assert.Equal("old", _test.Who(Ip, 6.9));
        Assert.Equal("next", _test.Who(Ip, 7));
    }

    [Fact]
    public void An_end_that_is_told_after_the_second_of_the_next_pods_readiness_is_late_also_if_that_pod_was_just_made()
    {
        _test.Model.Pods.Apply(Pod("old", Ip, started: 0, ready: 1));
        _test.Now = 12.9;
        _test.Model.Pods.Apply(Pod("next", started: 12.1));
        _test.Now = 13.8;
        _test.Model.Pods.Delete(Pod("old", Ip, started: 0));
        _test.Now = 14.2;
        _test.Model.Pods.Apply(Pod("next", Ip, started: 12.1, ready: 12.5));

        Assert.Equal("old", _test.Who(Ip, 11));
        Assert.Equal("next", _test.Who(Ip, 13.6));
    }

    [Fact]
    public void An_end_that_is_told_after_the_next_pod_told_its_address_is_late()
    {
        _test.Model.Pods.Apply(Pod("old", Ip, started: 0, ready: 1));
        _test.Now = 7.4;
        _test.Model.Pods.Apply(Pod("next", Ip, started: 5, ready: 7.2));
        _test.Now = 7.6;
        _test.Model.Pods.Delete(Pod("old", Ip, started: 0));

        Assert.Equal("old", _test.Who(Ip, 6.9));
        Assert.Equal("next", _test.Who(Ip, 7.5));
    }

    [Fact]
    public void Of_two_pods_that_wait_on_the_node_it_does_not_count_who_came_first()
    {
        _test.Now = 3.1;
        _test.Model.Pods.Apply(Pod("next", started: 3));
        _test.Now = 4;
        _test.Model.Pods.Apply(Pod("old", started: 3.9));
        _test.Now = 5.5;
        _test.Model.Pods.Apply(Pod("old", Ip, started: 3.9));
        _test.Now = 9;
        _test.Model.Pods.Delete(Pod("old", Ip, started: 3.9) with { Finished = Written(8) });
        _test.Now = 11;
        _test.Model.Pods.Apply(Pod("next", Ip, started: 3));

        Assert.Equal("old", _test.Who(Ip, 6));
        Assert.Equal("old", _test.Who(Ip, 8.9));
        Assert.Equal("next", _test.Who(Ip, 10));
        Assert.Equal("next", _test.Who(Ip, 12));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pod_that_was_about_to_end_or_had_ended_when_it_was_first_told_takes_no_address_from_one_that_lives(
        bool isEnded
    )
    {
        var test = new ModelUnderTest(synced: false) { Now = 100 };
        var old = Pod("old", Ip, started: 10);
        test.Sync(
            Pod("web", Ip, started: 50, ready: 51),
            isEnded ? old with { Phase = "Failed" } : old with { Deletion = Written(60) }
        );

        Assert.Equal("old", test.Who(Ip, 20));
        Assert.Equal("web", test.Who(Ip, 60));
        Assert.Equal("web", test.Who(Ip));
    }

    [Fact]
    public void A_pod_that_never_told_its_address_leaves_no_flow_to_the_one_that_was_made_after_it()
    {
        _test.Now = 0.1;
        _test.Model.Pods.Apply(Pod("old", started: 0));
        _test.Now = 2.2;
        _test.Model.Pods.Delete(Pod("old", started: 0));
        _test.Model.Pods.Apply(Pod("next", started: 2.2));
        _test.Now = 3.5;
        _test.Model.Pods.Apply(Pod("next", Ip, started: 2.2, ready: 2.4));

        Assert.NotEqual("next", _test.Find(Ip, 1.9).Endpoint.Pod);
        Assert.Equal("next", _test.Who(Ip, 2.6));
    }

    [Fact]
    public void A_pods_first_packets_are_its_own_though_its_status_was_written_later()
    {
        _test.Now = 8;
        _test.Model.Pods.Apply(Pod("next", Ip, started: 5, ready: 7));

        Assert.Equal("next", _test.Who(Ip, 5.2));
    }

    [Fact]
    public void Between_two_pods_the_later_one_reaches_back_to_the_earlier_ones_end_but_not_beyond_its_start()
    {
        _test.Now = 2;
        _test.Model.Pods.Apply(Pod("old", Ip, started: 0, ready: 1) with { Finished = Written(1) });
        _test.Now = 32;
        _test.Model.Pods.Apply(Pod("next", Ip, started: 20, ready: 30));

        Assert.Equal("old", _test.Who(Ip, 1.9));
        Assert.Equal("unknown?", _test.Who(Ip, 10));
        Assert.Equal("next", _test.Who(Ip, 19));
        Assert.Equal("next", _test.Who(Ip, 25));
    }

    [Fact]
    public void An_end_is_never_later_than_the_message_of_it()
    {
        // A clock that is ahead of ours by ten seconds wrote it.
        _test.Now = 4.5;
        _test.Model.Pods.Apply(Pod("old", Ip, started: 0, ready: 1));
        _test.Model.Pods.Delete(Pod("old", Ip, started: 0, ready: 1) with { Finished = Written(14) });

        Assert.Equal("old", _test.Who(Ip, 4.4));
        Assert.Equal("unknown?", _test.Who(Ip, 5));
    }

    [Fact]
    public void Of_a_pod_that_is_to_be_deleted_the_answer_is_not_final_until_its_end_is_known()
    {
        var pod = Pod("old", Ip, started: 0, ready: 1);
        _test.Model.Pods.Apply(pod);
        _test.Now = 10;
        _test.Model.Pods.Apply(pod with { Deletion = Written(40) });
        _test.Now = 20;

        Assert.Equal("old", _test.Who(Ip, 9.9));
        Assert.Equal("old?", _test.Who(Ip, 10.1));

        _test.Model.Pods.Apply(pod with { Deletion = Written(40), Finished = Written(18) });

        Assert.Equal("old", _test.Who(Ip, 18.5));
        Assert.Equal("unknown?", _test.Who(Ip, 19.1));
    }

    [Fact]
    public void Once_the_next_pod_is_known_the_answers_of_both_are_final()
    {
        var pod = Pod("old", Ip, started: 0, ready: 1) with { Deletion = Written(40) };
        _test.Model.Pods.Apply(pod with { Deletion = null });
        _test.Now = 10;
        _test.Model.Pods.Apply(pod);
        _test.Now = 15;
        _test.Model.Pods.Apply(Pod("next", Ip, started: 13, ready: 14));

        Assert.Equal("old", _test.Who(Ip, 12));
        Assert.Equal("next", _test.Who(Ip, 15));
    }

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    public void A_pod_that_is_done_gives_its_address_back(string phase)
    {
        var pod = Pod("job", Ip, started: 0, ready: 1);
        _test.Model.Pods.Apply(pod);
        _test.Now = 10;
        _test.Model.Pods.Apply(pod with { Phase = phase });
        _test.Now = 11;
        _test.Model.Pods.Apply(pod with { Phase = phase });

        Assert.Equal("job", _test.Who(Ip, 9.9));
        Assert.Equal("unknown?", _test.Who(Ip, 10.5));
    }

    [Fact]
    public void A_new_sandboxs_address_is_the_pods_since_the_sandbox_was_ready()
    {
        _test.Now = 2;
        _test.Model.Pods.Apply(Pod("other", "10.244.1.8", started: 0, ready: 1));
        _test.Model.Pods.Apply(Pod("web", Ip, started: 0, ready: 1));
        _test.Now = 60;
        _test.Model.Pods.Delete(Pod("other", "10.244.1.8"));
        _test.Now = 105;
        _test.Model.Pods.Apply(Pod("web", "10.244.1.8", started: 0, ready: 104));

        Assert.Equal("other", _test.Who("10.244.1.8", 50));
        Assert.Equal("unknown?", _test.Who("10.244.1.8", 100));
        Assert.Equal("web", _test.Who("10.244.1.8", 104));
        Assert.Equal("web", _test.Who(Ip, 100));
        Assert.Equal("unknown?", _test.Who(Ip, 106));
    }

    [Fact]
    public void A_flow_older_than_a_pod_is_its_only_within_the_tolerance()
    {
        _test.Now = 8;
        _test.Model.Pods.Apply(Pod("web", Ip, started: 5, ready: 7));

        Assert.Equal("web", _test.Who(Ip, 3));
        Assert.Equal("external?", _test.Who("10.244.1.9", 3));
        Assert.Equal("unknown?", _test.Who(Ip, 2.9));
    }

    [Fact]
    public void A_pod_of_the_first_list_without_times_has_had_its_address_since_ever()
    {
        var test = new ModelUnderTest(synced: false);
        test.Now = 100;
        test.Sync(Pod("web", Ip));

        Assert.Equal("web", test.Who(Ip, -1000));
    }

    [Fact]
    public void A_pod_of_a_later_list_without_times_has_had_its_address_since_it_was_told()
    {
        _test.Now = 100;
        _test.Sync(Pod("web", Ip));

        Assert.Equal("unknown?", _test.Who(Ip, 90));
        Assert.Equal("web", _test.Who(Ip, 99));
    }

    [Fact]
    public void An_address_remembers_only_so_many_pods()
    {
        for (var i = 0; i < 40; i++)
        {
            _test.Now = i;
            _test.Model.Pods.Apply(Pod($"pod-{i}", Ip, started: i, ready: i));
        }

        Assert.Equal(AddressBook.MaxVersions, _test.Model.Count().Versions);
        Assert.Equal(40 - AddressBook.MaxVersions, _test.Model.Count().VersionsDisplaced);
        Assert.Equal("pod-39", _test.Who(Ip));
        Assert.Equal("pod-30", _test.Who(Ip, 30.5));
    }

    [Fact]
    public void Absurd_times_do_no_harm()
    {
        _test.Now = 10;
        _test.Model.Pods.Apply(
            Pod("web", Ip) with
            {
                Created = DateTimeOffset.MinValue,
                Started = DateTimeOffset.MaxValue,
                NetworkReady = DateTimeOffset.MaxValue,
                Deletion = DateTimeOffset.MinValue,
                Finished = DateTimeOffset.MinValue,
            }
        );
        _test.Model.Pods.Apply(Pod("next", Ip, started: 5, ready: 8));

        Assert.Equal("next", _test.Who(Ip, 9));
    }
}
