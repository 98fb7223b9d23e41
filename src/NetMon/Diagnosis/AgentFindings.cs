using System.Text;
using System.Text.Json;
using NetMon.Client;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis;

/// <summary>What an agent finds of itself, or that none answers.</summary>
internal static class AgentFindings
{
    private const string Check = "agent";

    public static async Task<(bool Runs, IReadOnlyList<Finding> Findings)> AskAsync(
        ServerAddress address,
        CancellationToken cancellation
    )
    {
        using var client = new AgentClient(address, new ClientPatience { Answer = TimeSpan.FromSeconds(15) });
        try
        {
            using var answer = await client.GetAsync("/api/v1/doctor", cancellation);
            var findings = FindingJson.Read(Encoding.UTF8.GetBytes(answer.RootElement.GetRawText()));
            return (true, [Finding.Pass(Check, $"answers at {address}"), .. findings]);
        }
        catch (AgentException error)
        {
            return (false, [Finding.Fail(Check, error.Message, error.Advice)]);
        }
        catch (JsonException error)
        {
            return (
                true,
                [
                    Finding.Warn(
                        Check,
                        $"what answers at {address} sends no diagnosis: {error.Message}",
                        "compare the versions: netmon version here and on the agent's host"
                    ),
                ]
            );
        }
    }
}
