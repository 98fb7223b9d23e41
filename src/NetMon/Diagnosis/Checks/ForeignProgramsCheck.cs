using NetMon.Agent.Interfaces;
using NetMon.Bpf.Probing;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>Programs of others at the interfaces that are observed: what runs before ours may keep packets from it.</summary>
/// <remarks>
/// The order of a packet: XDP, then TCX, then the filters of clsact. One of others that comes after ours takes nothing from the counts; one that comes
/// before and ends the packet's way (a direct-action verdict other than "next") does.
/// </remarks>
internal sealed class ForeignProgramsCheck() : HostCheck("programs of others")
{
    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var links = InterfacePrograms.ListLinks();
        var rules = new InterfaceRules(scene.Options.Capture);
        var watched = links.Values.Where(link => rules.Choose(in link, links, attached: true) is not null);
        var after = 0;
        var found = false;
        foreach (var group in InterfacePrograms.List(watched).GroupBy(one => one.Ifindex))
        {
            var name = links[group.Key].Name;
            foreach (var program in group.Where(one => !one.IsOurs))
            {
                if (program.Hook == "xdp")
                {
                    found = true;
                    yield return Warn(
                        $"{name}: {program.Name} runs at XDP: packets that it drops or redirects are not seen",
                        "expect fewer packets than the interface's counters show"
                    );
                }
                else if (IsBeforeOurs(program, [.. group]))
                {
                    found = true;
                    yield return Warn(
                        $"{name}: {program.Name} runs at {program.Hook} before NetMon: packets that it drops, redirects or accepts are not seen",
                        "give it a later place (for a filter a greater prio), or restart the agent, which takes the first; with TCX (--attach tcx) it comes before every filter"
                    );
                }
                else
                {
                    after++;
                }
            }
        }

        if (!found)
        {
            yield return Pass(
                after == 0 ? "none" : $"{after}, all after NetMon's or where it is not attached"
            );
        }
    }

    /// <summary>Whether a program comes before one of ours that is at the same side.</summary>
    private static bool IsBeforeOurs(InterfaceProgram other, InterfaceProgram[] all)
    {
        var side = other.Hook[(other.Hook.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        return all.Any(one =>
            one.IsOurs
            && one.Hook.EndsWith(side, StringComparison.Ordinal)
            && Order(other).CompareTo(Order(one)) < 0
        );
    }

    private static (int Hook, int Position) Order(InterfaceProgram program) =>
        (program.Hook.StartsWith("tcx", StringComparison.Ordinal) ? 0 : 1, program.Position);
}
