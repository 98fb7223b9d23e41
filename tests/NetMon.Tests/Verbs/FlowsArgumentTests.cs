using System.CommandLine;
using NetMon.Core.Flows;
using NetMon.Verbs;

namespace NetMon.Tests.Verbs;

/// <summary><c>netmon flows</c>: its command line.</summary>
public sealed class FlowsArgumentTests
{
    [Theory]
    [InlineData("--ip", "10.0.0.0/33", "an IP address or network")]
    [InlineData("--port", "65536", "a port")]
    [InlineData("--protocol", "tpc", "a protocol")]
    [InlineData(
        "--state",
        "open",
        "unreplied, replied, syn-sent, syn-received, established, closing, closed or reset"
    )]
    [InlineData("--namespace", "a/b", "the name of a namespace")]
    [InlineData("--pod", "/web", "a pod: name, namespace/name")]
    [InlineData("--workload", "a/b/c/d", "a workload: name, kind/name, namespace/name")]
    [InlineData("--service", "cart:", "a service: name or namespace/name, with :port")]
    [InlineData("--label", "app in (web)", "a label selector, such as app=web")]
    [InlineData("--node", "a b", "the name of a node")]
    [InlineData("--scope", "pod-to-moon", "pod-to-pod, pod-to-node, node-to-pod")]
    [InlineData("--traffic", "outside", "internal or external")]
    [InlineData("--direction", "in", "ingress, egress or transit")]
    [InlineData("--status", "bad", "pending, ok or failed")]
    [InlineData("--cause", "none", "refused, timeout")]
    [InlineData("--from", "service:cart", "an IP address or network, namespace/name of a pod or workload")]
    [InlineData(
        "--to",
        "10.0.0.1:80",
        "an IP address or network, namespace/name of a pod, workload or service"
    )]
    [InlineData("--sort", "size", "recent, bytes, packets, age or rtt")]
    [InlineData("--by", "service", "workload, pod, namespace or node")]
    [InlineData("--last", "0", "a number of flows")]
    [InlineData("--output", "xml", "table, wide, json or yaml")]
    [InlineData("--server", "host:port", "an address and port")]
    public void A_wrong_value_is_named_with_its_option(string option, string value, string expected)
    {
        var error = Assert.Single(FlowsVerb.Create().Parse([option, value]).Errors);
        Assert.StartsWith($"{option}: '{value}' is not {expected}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_wrong_value_is_reported()
    {
        var errors = FlowsVerb
            .Create()
            .Parse(["--ip", "x", "--ip", "y", "--port", "z", "--follow", "--last", "3"])
            .Errors;
        var told = errors.Select(error => error.Message[..9]).Order(StringComparer.Ordinal);
        Assert.Equal("--ip: 'x' --ip: 'y' --last: a --port: '", string.Join(' ', told));
    }

    [Theory]
    [InlineData("--follow")]
    [InlineData("-o", "wide")]
    public void A_sum_is_of_what_is_now_and_has_no_further_columns(params string[] rest)
    {
        var error = Assert.Single(FlowsVerb.Create().Parse(["--by", "pod", .. rest]).Errors);
        Assert.StartsWith("--by: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"does not go with {rest[^1]}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    [InlineData("yaml")]
    public void A_sum_has_every_format_and_order(string format) =>
        Assert.Empty(
            FlowsVerb.Create().Parse(["--by", "pod", "-o", format, "--last", "3", "--sort", "rtt"]).Errors
        );

    [Fact]
    public void A_right_command_line_has_no_error() =>
        Assert.Empty(
            FlowsVerb
                .Create()
                .Parse([
                    "--ip",
                    "10.0.0.1",
                    "--ip",
                    "fd00::/8",
                    "--protocol",
                    "132",
                    "--state",
                    "Established",
                    "--last",
                    "5",
                    "-o",
                    "wide",
                ])
                .Errors
        );

    [Fact]
    public void Every_kind_of_choice_that_the_agent_knows_is_an_option_with_a_text_of_its_own()
    {
        var options = FlowsVerb
            .Create()
            .Options.Select(option => option.Name)
            .ToHashSet(StringComparer.Ordinal);
        Assert.All(
            FlowCriterion.All,
            criterion => Assert.Contains($"--{criterion.Name.Replace('_', '-')}", options)
        );
        Assert.All(
            CriterionOption.CreateAll(),
            one => Assert.False(string.IsNullOrEmpty(one.Option.HelpName))
        );
    }

    [Theory]
    [InlineData("flows --scope pod-to", "pod-to-external pod-to-node pod-to-pod")]
    [InlineData("flows --direction ", "egress ingress transit")]
    [InlineData("top --cause no", "no-answer no-endpoints")]
    public void Words_are_completed(string line, string expected)
    {
        var root = new RootCommand { FlowsVerb.Create(), TopVerb.Create() };
        var words = root.Parse(line).GetCompletions(line.Length).Select(word => word.Label);
        Assert.Equal(
            expected,
            string.Join(
                ' ',
                words
                    .Where(word => word.Contains(line.Split(' ')[^1], StringComparison.Ordinal))
                    .Order(StringComparer.Ordinal)
            )
        );
    }

    [Theory]
    [InlineData("5", "'5' is not a duration")]
    [InlineData("99ms", "99ms is out of range: from 100ms to 1h")]
    [InlineData("2h", "2h is out of range: from 100ms to 1h")]
    public void Top_takes_a_reasonable_interval(string value, string wrong)
    {
        var error = Assert.Single(TopVerb.Create().Parse(["--interval", value]).Errors);
        Assert.StartsWith($"--interval: {wrong}", error.Message, StringComparison.Ordinal);
    }
}
