using System.Runtime.InteropServices;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>Which kernel it is: for a person to read. What it can do is found out by trying.</summary>
internal sealed class KernelCheck() : HostCheck("kernel")
{
    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var release = scene.Paths.ReadSetting("kernel.osrelease") ?? "unknown";
        yield return Pass(
            $"Linux {release} ({RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()})"
        );
    }
}
