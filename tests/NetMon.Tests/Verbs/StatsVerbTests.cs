using Microsoft.AspNetCore.Http;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary><c>netmon stats</c> against an agent's API over real HTTP.</summary>
public sealed class StatsVerbTests : FlowsVerbHarness
{
    private const string All = """
        {"time":"2026-03-01T12:00:00Z",
         "flows":{"rates":{"window_seconds":10,"packets":100,"bytes":2000,"flows":3,"drops":0},
           "counters":[{"name":"netmon_flows_active","labels":{"protocol":"tcp","direction":"egress"},"value":12},{"name":"netmon_packets_lost_total","value":0}]},
         "bpf":{"statistics":"for the time of the question","measured_seconds":1.003,
           "programs":[{"name":"netmon_l2_in","id":7,"type":"sched_cls","measured_runs":1000,"measured_ns":250000,"ns_per_run":250,"runs_per_second":997,"cpu_percent":0.025,"runs":5000,"run_time_ns":9,"missed":0,"memory_bytes":49152}],
           "maps":[{"name":"flows","id":8,"type":"hash","key_size":40,"value_size":416,"entries":12,"max_entries":262144,"memory_bytes":4196288},{"name":"records","id":9,"type":"ringbuf","key_size":0,"value_size":0,"max_entries":4194304,"memory_bytes":4223304}],
           "program_memory_bytes":49152,"map_memory_bytes":8419592},
         "kubernetes":{"mode":"kubernetes","server":"https://10.96.0.1/","access":"in-cluster","synced":true,
           "resources":[{"resource":"pods","synced":true,"watching":true,"objects":120,"last_event_seconds":3,"lists":1,"list_seconds":0.25,"list_objects":120,"objects_read":130,"bytes_read":100000,"objects_unreadable":0,"restarts":{"ended":2,"resync":1},"errors":{"timeout":4},"requests":{"list 200":1}}]},
         "memory":{"process":{"resident_bytes":112000000},"managed":{"heap_bytes":24000000,"pause_seconds":0.012},"kernel":{"map_memory_bytes":8419592},
           "flow_table":{"flows":12,"capacity":295936},"counters":[{"name":"netmon_series","labels":{"metric":"netmon_bytes_total"},"value":40}]}}
        """;

    [Fact]
    public async Task Without_a_subject_all_are_asked_for_and_shown()
    {
        Agent.List = context => context.Response.WriteAsync(All);

        Assert.Equal(ExitCode.Ok, await StatsAsync());

        Assert.Equal(
            "/api/v1/stats?about=flows&about=bpf&about=kubernetes&about=memory&measure=1",
            Assert.Single(Agent.Requests)
        );
        Assert.Contains(
            "statistics were on for the time of the question",
            Output.Text,
            StringComparison.Ordinal
        );
        foreach (
            var line in (string[])
                [
                    @"netmon_flows_active +protocol=tcp direction=egress +12",
                    @"netmon_l2_in +sched_cls +997 +250 +0\.03% +0 +49\.2kB +7",
                    @"flows +hash +12 +262k +40 +416 +4\.20MB +8",
                    @"records +ringbuf +- +4\.19MB ",
                    @"pods +120 +watching +3s +0\.250s +1 +3 +4 +0 +100kB +-",
                    @"managed +heap_bytes +24\.0MB",
                    @"netmon_series +metric=netmon_bytes_total +40",
                ]
        )
        {
            Assert.Matches($"(?m)^{line}", Output.Text);
        }
    }

    [Fact]
    public async Task Counters_that_are_0_are_left_out_and_counted_unless_everything_is_asked_for()
    {
        Agent.List = context => context.Response.WriteAsync(All);

        await StatsAsync("flows");
        using var wide = new CapturedOutput();
        await RunAsync(wide, "flows", "-o", "wide");

        Assert.Contains("1 that are 0 are left out", Output.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("netmon_packets_lost_total", Output.Text, StringComparison.Ordinal);
        Assert.Matches("(?m)^netmon_packets_lost_total +- +0$", wide.Text);
    }

    [Fact]
    public async Task Tables_fit_the_terminal()
    {
        using var terminal = new CapturedOutput(width: 80);
        Agent.List = context => context.Response.WriteAsync(All);

        await RunAsync(terminal);

        Assert.All(terminal.Text.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task A_subject_and_a_time_go_to_the_agent()
    {
        Agent.List = context => context.Response.WriteAsync(All);

        await StatsAsync("bpf", "--measure", "2.5", "-o", "json");

        Assert.Equal("/api/v1/stats?about=bpf&measure=2.5", Assert.Single(Agent.Requests));
        Assert.Equal(All + "\n", Output.Text);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("bpf", "--measure", "11")]
    [InlineData("bpf", "--measure", "-1")]
    [InlineData("-o", "text")]
    public async Task Nonsense_is_refused_before_a_request(params string[] arguments)
    {
        Assert.NotEqual(0, await StatsAsync(arguments));
        Assert.Empty(Agent.Requests);
    }

    private Task<int> StatsAsync(params string[] arguments) => RunAsync(Output, arguments);

    private Task<int> RunAsync(CapturedOutput output, params string[] arguments) =>
        StatsVerb
            .Create(() => output.Target)
            .Parse([.. arguments, "--server", Agent.Address.ToString()])
            .InvokeAsync();
}
