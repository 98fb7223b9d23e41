using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Core.Diagnosis;
using NetMon.Diagnosis;
using NetMon.Terminal;
using NetMon.Terminal.Diagnosis;
using NetMon.Tests.Terminal;

namespace NetMon.Tests.Diagnosis;

public sealed class DoctorVerbTests
{
    private static readonly Finding[] Findings =
    [
        Finding.Pass("kernel", "Linux 6.18"),
        Finding.Warn("clock", "not synchronised", "run chrony"),
        Finding.Fail("bpffs", "not mounted", "mount it"),
    ];

    [Fact]
    public void Each_line_tells_what_was_found_and_beneath_it_what_to_do()
    {
        var output = new CapturedOutput();

        FindingsPrinter.Print(Findings, OutputFormat.Table, output.Target);

        Assert.Equal(
            """
            pass  kernel  Linux 6.18
            warn  clock   not synchronised
                          -> run chrony
            fail  bpffs   not mounted
                          -> mount it
            1 pass, 1 warn, 1 fail

            """,
            output.Text
        );
    }

    [Fact]
    public void As_json_they_can_be_read_again()
    {
        var output = new CapturedOutput();

        FindingsPrinter.Print(Findings, OutputFormat.Json, output.Target);

        Assert.Equal(Findings, FindingJson.Read(System.Text.Encoding.UTF8.GetBytes(output.Text)));
        using var document = JsonDocument.Parse(output.Text);
        Assert.Equal(1, document.RootElement.GetProperty("failed").GetInt32());
    }

    [Fact]
    public async Task What_an_agent_finds_of_itself_is_told_after_that_it_answers()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.List = context =>
            context.Response.WriteAsync(
                """{"checks":[{"check":"losses","status":"warn","found":"3 lost","advice":"more room"}]}"""
            );

        var (runs, findings) = await AgentFindings.AskAsync(agent.Address, CancellationToken.None);

        Assert.True(runs);
        Assert.Equal("/api/v1/doctor", Assert.Single(agent.Requests));
        Assert.Equal(["agent", "losses"], findings.Select(finding => finding.Check));
        Assert.Equal(Finding.Warn("losses", "3 lost", "more room"), findings[1]);
    }

    [Fact]
    public async Task That_no_agent_answers_is_a_failure_with_its_advice()
    {
        var (runs, findings) = await AgentFindings.AskAsync(FakeAgent.Nobody, CancellationToken.None);

        Assert.False(runs);
        var finding = Assert.Single(findings);
        Assert.Equal(FindingStatus.Fail, finding.Status);
        Assert.NotEmpty(finding.Advice);
    }
}
