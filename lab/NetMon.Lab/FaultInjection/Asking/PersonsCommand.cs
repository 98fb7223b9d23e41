using System.Diagnostics;
using NetMon.Lab.Agents;
using NetMon.Lab.Network;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What a person types about a fault: whether it tells them.</summary>
internal static class PersonsCommand
{
    /// <summary>What goes unanswered has failed only when its time is over.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    private static readonly (string Verb, string Kind)[] Kinds =
    [
        ("flows", "cause "),
        ("drops", "drops "),
        ("events", "event "),
    ];

    /// <returns>Empty if it tells on one of the two nodes; else what it prints.</returns>
    public static string Try(Fault fault, FaultSite site)
    {
        string[] words =
        [
            fault.Command.StartsWith("flows --failed --process", StringComparison.Ordinal) ? "" : fault.Name,
            Told(fault),
        ];
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var answers = ((LabNode[])[site.Client.Node, site.Server.Node])
                .Select(node => Run(fault, site, node))
                .ToArray();
            if (answers.Any(answer => words.All(word => answer.Contains(word, StringComparison.Ordinal))))
            {
                return "";
            }

            if (watch.Elapsed > Patience)
            {
                return answers[0].ReplaceLineEndings(" / ");
            }

            Thread.Sleep(TimeSpan.FromSeconds(1));
        }
    }

    // The word of what is expected that this verb tells.
    private static string Told(Fault fault)
    {
        var kind = Kinds.First(each => fault.Command.StartsWith(each.Verb, StringComparison.Ordinal)).Kind;
        var word = fault.Expected.Words.FirstOrDefault(each =>
            each.StartsWith(kind, StringComparison.Ordinal)
        );
        return word is null ? "" : word[kind.Length..];
    }

    private static string Run(Fault fault, FaultSite site, LabNode node)
    {
        try
        {
            return node.Namespace.Run(
                AgentBinary.Find(),
                [.. fault.Command.Split(' '), "--server", site.Cluster.Agents[node].Address]
            );
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }
}
