using NetMon.Agent.Interfaces;
using NetMon.Agent.Options;
using NetMon.Bpf.Probing;
using NetMon.Core.Diagnosis;

namespace NetMon.Agent.Diagnosis.Checks;

/// <summary>What is observed against what should be, by the interfaces as they are now.</summary>
internal sealed class CoverageCheck(Func<CaptureOptions> options, Func<ObservedInterfaces> observed)
    : InstantCheck("observed interfaces")
{
    protected override IEnumerable<Finding> Run()
    {
        var rules = new InterfaceRules(options());
        var links = InterfacePrograms.ListLinks();
        var now = observed();
        var wanted = links.Values.Where(link => rules.Choose(in link, links, attached: false) is not null);
        var missing = wanted.Where(link => !now.Attached.ContainsKey(link.Index)).ToArray();
        foreach (var link in missing)
        {
            var why = now.Failed.TryGetValue(link.Index, out var failure)
                ? $"{failure.Error} (tried {failure.Attempts} times)"
                : "not tried yet";
            yield return Fail(
                $"{link.Name} should be observed and is not: {why}",
                "see what else is attached there (programs of others), or leave it out with --exclude-interface"
            );
        }

        if (now.Attached.IsEmpty)
        {
            yield return Fail(
                "none is observed: no packet is counted",
                "name some with --interface; by default pods' interfaces and those with a default route or an address are"
            );
        }
        else if (missing.Length == 0)
        {
            yield return Pass($"{now.Attached.Count}, all that should be");
        }
    }
}
