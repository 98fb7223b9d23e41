using System.Diagnostics;
using NetMon.Lab.Agents;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;

namespace NetMon.Lab.FaultInjection.Asking;

/// <summary>What a person types about a fault: whether it tells them.</summary>
internal static class PersonsCommand
{
    /// <summary>What goes unanswered has failed only when its time is over.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private static readonly (string Verb, string Kind)[] Kinds =
    [
        ("flows", "cause "),
        ("drops", "drops "),
        ("events", EventRules.Kind),
    ];

    /// <summary>Types it once NetMon has something to tell: a command takes the machine more than a look at what is streamed.</summary>
    /// <returns>Empty if it tells on one of the two nodes; else what it prints.</returns>
    public static string Try(Fault fault, FaultSite site, Observations observations)
    {
        var (kind, told) = Told(fault);
        string[] words =
        [
            fault.Command.StartsWith("flows --failed --process", StringComparison.Ordinal) ? "" : fault.Name,
            told,
        ];
        if (told.Length > 0)
        {
            Wait.TryUntil(() => observations.Say(site.Subject, kind + told), Patience, Look);
        }

        var watch = Stopwatch.StartNew();
        while (true)
        {
            var answer = "";
            foreach (var node in (LabNode[])[site.Client.Node, site.Server.Node])
            {
                answer = Run(fault, site, node);
                if (words.All(word => answer.Contains(word, StringComparison.Ordinal)))
                {
                    return "";
                }
            }

            if (watch.Elapsed > Patience)
            {
                return answer.ReplaceLineEndings(" / ");
            }

            Thread.Sleep(TimeSpan.FromSeconds(1));
        }
    }

    // The word of what is expected that this verb tells; empty where it tells figures.
    private static (string Kind, string Word) Told(Fault fault)
    {
        var kind = Kinds.First(each => fault.Command.StartsWith(each.Verb, StringComparison.Ordinal)).Kind;
        var word = fault.Expected.Words.FirstOrDefault(each =>
            each.StartsWith(kind, StringComparison.Ordinal)
        );
        return (kind, word is null ? "" : word[kind.Length..]);
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
