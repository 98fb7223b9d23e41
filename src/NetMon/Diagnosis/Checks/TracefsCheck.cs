using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>tracefs: not needed by the agent, but by other tools that a person uses beside it.</summary>
internal sealed class TracefsCheck() : HostCheck("tracefs")
{
    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var mount = MountTable.Read(scene.Paths).FirstOrDefault(one => one.Type == "tracefs");
        yield return Pass(
            mount.Point is { } point
                ? $"mounted at {point}"
                : "not mounted; NetMon attaches to tracepoints without it"
        );
    }
}
