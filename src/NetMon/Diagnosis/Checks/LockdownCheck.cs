using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>Kernel lockdown (kernel_lockdown(7)): at "confidentiality" programs may not read kernel memory.</summary>
internal sealed class LockdownCheck() : HostCheck("kernel lockdown")
{
    public override IEnumerable<Finding> Run(HostScene scene)
    {
        if (scene.Paths.ReadSys("kernel/security/lockdown") is not { } modes)
        {
            yield break;
        }

        yield return modes.Contains("[confidentiality]", StringComparison.Ordinal)
            ? Warn(
                "confidentiality: programs may not read the kernel's memory, so drops and sockets are not seen",
                "boot with lockdown=integrity, or live with it"
            )
            : Pass(modes.Trim());
    }
}
