using NetMon.Agent.Interfaces;
using NetMon.Bpf;
using NetMon.Bpf.Probing;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>Which interfaces the settings make the agent observe.</summary>
internal sealed class InterfacesCheck() : HostCheck("interfaces")
{
    private const int MaxNames = 8;

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var links = InterfacePrograms.ListLinks();
        var rules = new InterfaceRules(scene.Options.Capture);
        var observed = new List<(string Name, InterfaceKind Kind)>();
        var left = new List<string>();
        foreach (var link in links.Values.OrderBy(link => link.Index).Where(link => link.Up))
        {
            if (rules.Choose(in link, links, attached: false) is { } kind)
            {
                observed.Add((link.Name, kind));
            }
            else if (!link.Loopback)
            {
                left.Add(link.Kind.Length > 0 ? $"{link.Name} ({link.Kind})" : link.Name);
            }
        }

        if (observed.Count == 0)
        {
            yield return Fail(
                $"none of {links.Count} would be observed",
                "name some with --interface; by default pods' interfaces and those with a default route or an address are"
            );
            yield break;
        }

        var uplinks = observed.Where(one => one.Kind != InterfaceKind.Pod).Select(one => one.Name);
        var pods = observed.Count(one => one.Kind == InterfaceKind.Pod);
        yield return Pass(
            $"{observed.Count} to observe: uplinks {List([.. uplinks])}; {pods} of pods and containers"
        );
        if (left.Count > 0)
        {
            yield return Pass(
                $"left out, since their packets are seen elsewhere or they have no address: {List(left)}"
            );
        }
    }

    private static string List(List<string> names) =>
        names.Count == 0 ? "none"
        : names.Count <= MaxNames ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MaxNames))} and {names.Count - MaxNames} more";
}
