using Microsoft.AspNetCore.Http;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary><c>netmon events</c>.</summary>
public sealed class EventsVerbTests : FlowsVerbHarness
{
    private const string Scan =
        """{"id":3,"event":"update","type":"vertical-scan","severity":"high","state":"ongoing","what":"10.0.0.66 tried 1000 ports of 10.0.0.5 that do not answer","since":"2026-03-01T11:56:48+00:00","last":"2026-03-01T11:59:58+00:00","source":{"ip":"10.0.0.66","namespace":"shop","workload":"web","kind":"Deployment"},"destination":{"ip":"10.0.0.5"},"evidence":{"attempts":1002,"ports":1000,"techniques":["syn"]}}""";

    private static readonly string List =
        $$"""{"time":"2026-03-01T12:00:00+00:00","total":2,"events":[{{Scan}}]}""";

    [Fact]
    public async Task Events_are_listed_as_a_table()
    {
        Agent.List = context => context.Response.WriteAsync(List);
        Assert.Equal(
            0,
            await EventsAsync("-n", "shop", "--type", "vertical-scan", "--since", "24h", "--limit", "1")
        );

        var lines = Output.Text.Split('\n');
        Assert.Equal(["SINCE", "LAST", "STATE", "TYPE", "WHAT"], Words(lines[0]));
        Assert.Matches(
            @"^\d\d:56:48  2s ago  ongoing  vertical-scan  10\.0\.0\.66 tried 1000 ports of 10\.0\.0\.5 that do not answer$",
            lines[1]
        );
        Assert.Equal("netmon: 1 of 2 events shown\n", Output.Errors);
        Assert.Equal(
            "/api/v1/events?type=vertical-scan&namespace=shop&since=24h&limit=1",
            Assert.Single(Agent.Requests)
        );
    }

    [Fact]
    public async Task Wide_has_the_ends_and_the_figures()
    {
        Agent.List = context => context.Response.WriteAsync(List);
        Assert.Equal(0, await EventsAsync("-o", "wide"));

        var lines = Output.Text.Split('\n');
        Assert.Equal(
            "SINCE LAST STATE TYPE ID SEVERITY SOURCE DESTINATION ATTEMPTS PORTS DESTS SOURCES WHAT",
            string.Join(' ', Words(lines[0]))
        );
        Assert.Contains(
            "  3  high      shop/web 10.0.0.66  10.0.0.5         1002   1000  ",
            lines[1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Json_is_the_agents_own()
    {
        Agent.List = context => context.Response.WriteAsync(List);
        Assert.Equal(0, await EventsAsync("-o", "json"));
        Assert.Equal(List + "\n", Output.Text);
    }

    [Fact]
    public async Task Nothing_suspicious_is_said()
    {
        Agent.List = context =>
            context.Response.WriteAsync("""{"time":"2026-03-01T12:00:00+00:00","total":0,"events":[]}""");
        Assert.Equal(0, await EventsAsync());
        Assert.Equal(("", "netmon: nothing suspicious\n"), (Output.Text, Output.Errors));
    }

    [Fact]
    public async Task Followed_changes_are_a_line_each_and_cannot_control_the_terminal()
    {
        Agent.Follow = async context =>
        {
            await context.SendAsync(
                Scan.Replace("tried", "\\u001b[2Jtried", StringComparison.Ordinal) + "\n{\"lost\":7}\n"
            );
            await context.StayAsync();
        };
        using var stop = new CancellationTokenSource();
        var running = EventsAsync(stop.Token, "--follow");
        await Output.WaitForAsync(output => output.Errors.Length > 0);
        await stop.CancelAsync();
        Assert.Equal(0, await running);
        Assert.Matches(
            @"^\d\d:59:58  update  vertical-scan     10\.0\.0\.66 \\x1b\[2Jtried 1000 ports .*\n$",
            Output.Text
        );
        Assert.Contains("lost", Output.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--type", "scan")]
    [InlineData("--severity", "huge")]
    [InlineData("--since", "yesterday")]
    [InlineData("--limit", "-3")]
    public void What_makes_no_sense_is_refused_before_a_request(string option, string value)
    {
        var parsed = EventsVerb.Create(() => Output.Target).Parse([option, value]);
        Assert.Contains(
            $"{option}: '{value}' is not ",
            Assert.Single(parsed.Errors).Message,
            StringComparison.Ordinal
        );
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private Task<int> EventsAsync(params string[] arguments) =>
        EventsAsync(CancellationToken.None, arguments);

    private Task<int> EventsAsync(CancellationToken stop, params string[] arguments) =>
        EventsVerb
            .Create(() => Output.Target)
            .Parse([.. arguments, "--server", Agent.Address.ToString()])
            .InvokeAsync(cancellationToken: stop);
}
