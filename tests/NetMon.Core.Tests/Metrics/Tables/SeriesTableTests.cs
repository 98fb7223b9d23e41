using NetMon.Core.Endpoints;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;
using NetMon.Core.Metrics.Labels;
using NetMon.Core.Metrics.Tables;
using NetMon.Core.Tests.Metrics.Labels;
using NetMon.Testing;

namespace NetMon.Core.Tests.Metrics.Tables;

public class SeriesTableTests
{
    [Fact]
    public void Families_share_a_row_and_show_a_series_once_it_has_a_value()
    {
        var agent = new TableUnderTest(labels: "src_workload");
        var row = agent.Table[agent.Table.Hold(TestFlows.Between("a", "b").Sent())];

        Assert.DoesNotContain("src_workload", Exposition.Text(agent.Registry), StringComparison.Ordinal);
        agent.Count.Add(row, 0);
        agent.Outcome.Add(row, 3, series: 1);
        agent.Time.Observe(row, 0.5);

        Assert.Equal(
            """
            o_total{src_workload="a",direction="egress",status="failed"} 3
            h_bucket{src_workload="a",direction="egress",type="t",le="1"} 1
            h_bucket{src_workload="a",direction="egress",type="t",le="+Inf"} 1
            h_sum{src_workload="a",direction="egress",type="t"} 0.5
            h_count{src_workload="a",direction="egress",type="t"} 1
            """,
            Exposition.Lines(agent.Registry, "src_workload=")
        );
        Assert.Equal(0, agent.Metric("netmon_series"));
        Assert.Equal(1, agent.Metric("netmon_series", "o_total"));
        Assert.Equal(1, agent.Metric("netmon_series", "h"));
    }

    [Fact]
    public void What_has_no_room_counts_in_a_series_that_tells_the_direction_and_nothing_else()
    {
        var agent = new TableUnderTest(limit: 1, "src_workload", "protocol");
        agent.Add(TestFlows.Between("a", "b").Sent(), 1);
        agent.Add(TestFlows.Between("b", "b").Sent(), 10);
        agent.Add(TestFlows.Between("c", "b").Sent(), 10);
        agent.Add(TestFlows.Between("c", "b").Sent(FlowDirection.Ingress), 5);
        agent.Add(TestFlows.Between("a", "b").Sent(), 1);

        Assert.Equal(
            """
            c_total{src_workload="other",protocol="other",direction="ingress"} 5
            c_total{src_workload="other",protocol="other",direction="egress"} 20
            c_total{src_workload="a",protocol="tcp",direction="egress"} 2
            """,
            Exposition.Lines(agent.Registry, "c_total{")
        );
        Assert.Equal(3, agent.Metric("netmon_series_overflow_total"));
        Assert.Equal(1, agent.Metric("netmon_series"));
    }

    [Fact]
    public void The_limit_holds_for_each_family_also_where_a_row_has_two_series()
    {
        var agent = new TableUnderTest(limit: 3, "src_workload");
        for (var i = 0; i < 3; i++)
        {
            var row = agent.Table[agent.Table.Hold(TestFlows.Between($"w{i}", "b").Sent())];
            agent.Outcome.Add(row, 1, series: 0);
            agent.Outcome.Add(row, 10, series: 1);
        }

        var samples = Exposition
            .Samples(agent.Registry)
            .Where(sample => sample.Key.StartsWith("o_total", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(3, samples.Count(sample => !sample.Key.Contains("other", StringComparison.Ordinal)));
        Assert.Equal(33, samples.Sum(sample => sample.Value));
        Assert.Equal(3, agent.Metric("netmon_series", "o_total"));
        Assert.Equal(3, agent.Metric("netmon_series_overflow_total", "o_total"));
    }

    [Fact]
    public void Series_of_a_workload_that_is_gone_are_dropped_some_time_after_the_last_flow()
    {
        var agent = new TableUnderTest();
        var gone = TestFlows.Pod("gone");
        var flow = TestFlows.Between(gone, TestFlows.Pod("b"));
        var handle = agent.Table.Hold(flow.Sent());
        agent.Count.Add(agent.Table[handle], 7);
        agent.Add(TestFlows.Between("c", "b").Sent(), 1);

        gone.Workload.IsGone = true;
        agent.Pass(TableUnderTest.StaleAfter * 3);
        Assert.Equal(7, agent.Counts()["gone"]); // a flow still has it
        agent.Table.Release(ref handle);
        agent.Pass(TableUnderTest.StaleAfter - TimeSpan.FromSeconds(3));
        Assert.Equal(7, agent.Counts()["gone"]);
        agent.Pass(TimeSpan.FromSeconds(5));

        Assert.Equal(["c"], agent.Counts().Keys);
        Assert.Equal(1, agent.Metric("netmon_series"));
        Assert.Equal(1, agent.Metric("netmon_series_dropped_total"));
        Assert.Equal(1, agent.Table.Count);
    }

    [Fact]
    public void Series_of_what_is_there_are_never_dropped()
    {
        var agent = new TableUnderTest(labels: "pod");
        agent.Add(TestFlows.Between("a", "b").Sent(), 1);
        agent.Add(TestFlows.Between(TestFlows.Pod("a"), Endpoint.External).Sent(), 1);

        agent.Pass(TimeSpan.FromDays(30));

        Assert.Equal(2, agent.Table.Count);
    }

    [Fact]
    public void A_service_that_is_gone_takes_its_series_along()
    {
        var agent = new TableUnderTest();
        var flow = TestFlows.Between("a", "b");
        flow.Attribution.Service = TestFlows.Service("s");
        agent.Add(flow.Sent(), 1);
        flow.Attribution.Service.Endpoint.Workload.IsGone = true;
        flow.Attribution.Service = null;
        agent.Add(flow.Sent(), 1);

        agent.Pass(TableUnderTest.StaleAfter * 2);

        Assert.Equal([""], agent.Counts("dst_service").Keys);
    }

    [Fact]
    public void Where_pods_are_told_apart_the_pod_that_is_gone_counts_and_its_workload_stays()
    {
        var workload = new Workload("shop", "Deployment", "web");
        var (old, young) = (TestFlows.Pod(workload, "web-1"), TestFlows.Pod(workload, "web-2"));
        var byPod = new TableUnderTest(labels: "pod");
        var byWorkload = new TableUnderTest();
        foreach (var agent in (TableUnderTest[])[byPod, byWorkload])
        {
            agent.Add(TestFlows.Between(old, TestFlows.Pod("b")).Sent(), 1);
            agent.Add(TestFlows.Between(young, TestFlows.Pod("b")).Sent(), 1);
        }

        old.IsGone = true;
        byPod.Pass(TableUnderTest.StaleAfter * 2);
        byWorkload.Pass(TableUnderTest.StaleAfter * 2);

        Assert.Equal(["web-2"], byPod.Counts("src_pod").Keys);
        Assert.Equal(2, byWorkload.Counts()["web"]);
    }

    [Fact]
    public void A_pod_that_came_back_under_the_same_name_keeps_the_series()
    {
        var agent = new TableUnderTest(labels: "pod");
        var workload = new Workload("shop", "StatefulSet", "db");
        var old = TestFlows.Pod(workload, "db-0");
        agent.Add(TestFlows.Between(old, TestFlows.Pod("b")).Sent(), 5);
        old.IsGone = true;
        agent.Pass(TableUnderTest.StaleAfter / 2);
        agent.Add(TestFlows.Between(TestFlows.Pod(workload, "db-0"), TestFlows.Pod("b")).Sent(), 5);

        agent.Pass(TableUnderTest.StaleAfter * 2);

        Assert.Equal(10, agent.Counts("src_pod")["db-0"]);
    }

    [Fact]
    public void A_workload_that_came_back_keeps_the_series()
    {
        var agent = new TableUnderTest();
        var old = TestFlows.Pod("web");
        agent.Add(TestFlows.Between(old, TestFlows.Pod("b")).Sent(), 5);
        old.Workload.IsGone = true;
        agent.Add(TestFlows.Between(TestFlows.Pod("web"), TestFlows.Pod("b")).Sent(), 5);

        agent.Pass(TableUnderTest.StaleAfter * 2);

        Assert.Equal(10, agent.Counts()["web"]);
    }

    [Fact]
    public void Addresses_are_gone_when_no_flow_has_them()
    {
        var agent = new TableUnderTest(labels: "address");
        var held = agent.Table.Hold(TestFlows.Between("a", "b").Sent());
        agent.Count.Add(agent.Table[held], 1);
        agent.Add(TestFlows.Between("b", "a").Sent(), 1);

        agent.Pass(TableUnderTest.StaleAfter * 2);

        Assert.Equal(["a"], agent.Counts().Keys);
    }

    [Fact]
    public void Room_that_was_freed_is_used_again_and_nothing_old_shows()
    {
        var agent = new TableUnderTest(limit: 2, "src_workload");
        var pods = Enumerable.Range(0, 2).Select(i => TestFlows.Pod($"old{i}")).ToList();
        pods.ForEach(pod => agent.Add(TestFlows.Between(pod, TestFlows.Pod("b")).Sent(), 100));
        agent.Add(TestFlows.Between("early", "b").Sent(), 3);
        pods.ForEach(pod => pod.Workload.IsGone = true);
        agent.Pass(TableUnderTest.StaleAfter * 2);
        Assert.True(agent.Table.HasRoom);

        agent.Add(TestFlows.Between("early", "b").Sent(), 4);
        agent.Add(TestFlows.Between("young", "b").Sent(), 5);
        agent.Add(TestFlows.Between("late", "b").Sent(), 6);

        Assert.Equal(
            new Dictionary<string, double>
            {
                ["other"] = 9,
                ["early"] = 4,
                ["young"] = 5,
            },
            agent.Counts()
        );
        Assert.Equal(2, agent.Metric("netmon_series_dropped_total"));
    }

    [Fact]
    public void A_reader_that_passed_a_series_does_not_meet_it_again_in_the_slot_of_another()
    {
        var agent = new TableUnderTest(labels: "src_workload");
        var pods = Enumerable.Range(0, 3).Select(i => TestFlows.Pod($"w{i}")).ToList();
        pods.ForEach(pod => agent.Add(TestFlows.Between(pod, TestFlows.Pod("b")).Sent(), 1));
        var reader = agent.Table.Read();
        Assert.True(reader.MoveNext());
        var passed = reader.Current.Labels;

        pods.ForEach(pod => pod.Workload.IsGone = true);
        agent.Pass(TableUnderTest.StaleAfter);
        Assert.Equal(0, agent.Table.Count);
        for (var i = 2; i >= 0; i--)
        {
            agent.Add(TestFlows.Between($"w{i}", "b").Sent(), 1);
        }

        while (reader.MoveNext())
        {
            Assert.NotEqual(passed, reader.Current.Labels);
        }

        Assert.Equal(3, agent.Counts().Count);
    }

    [Fact]
    public void A_series_that_overflows_is_never_dropped()
    {
        var agent = new TableUnderTest(limit: 1, "address");
        agent.Add(TestFlows.Between("a", "b").Sent(), 1);
        agent.Add(TestFlows.Between("b", "b").Sent(), 1);

        agent.Pass(TimeSpan.FromDays(1));

        Assert.Equal(["other"], agent.Counts().Keys);
    }

    [Fact]
    public void A_look_passes_a_part_of_a_large_table_and_all_of_it_in_time()
    {
        var agent = new TableUnderTest(limit: 20_000, "address");
        for (var i = 0; i < 20_000; i++)
        {
            var flow = TestFlows.Between("a", "b");
            flow.Source = flow.Source with { Address = NetworkAddress.FromIPv4((uint)i) };
            agent.Add(flow.Sent(), 1);
        }

        for (var look = 0; look < 5; look++)
        {
            agent.Look();
        }

        agent.Pass(TableUnderTest.StaleAfter);
        Assert.InRange(agent.Table.Count, 1, 19_999);
        for (var look = 0; look < 5; look++)
        {
            agent.Look();
        }

        Assert.Equal(0, agent.Table.Count);
    }

    [Fact]
    public void Finding_a_row_allocates_nothing()
    {
        var table = new SeriesTable(LabelSet.Of(["pod", "address"]), 10, TableUnderTest.StaleAfter);
        var labels = TestFlows.Between("a", "b").Sent();
        var first = table.Hold(in labels);

        Assert.Equal(
            0,
            Allocation.Of(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    var handle = table.Hold(in labels);
                    table.Release(ref handle);
                }
            })
        );
        Assert.False(first.IsNone);
    }

    [Fact]
    public void A_counter_does_not_decrease_and_a_family_comes_before_rows()
    {
        var agent = new TableUnderTest();
        var row = agent.Table[agent.Table.Hold(TestFlows.Between("a", "b").Sent())];

        Assert.Throws<ArgumentOutOfRangeException>(() => agent.Count.Add(row, -1));
        Assert.Throws<InvalidOperationException>(() =>
            agent.Registry.Counter(new Instrument("late_total", MetricType.Counter, "", "Help."), agent.Table)
        );
    }
}
