using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>RLIMIT_MEMLOCK, which kernels before 5.11 charge maps to; later ones charge the cgroup.</summary>
internal sealed class MemoryLockCheck() : HostCheck("locked memory")
{
    private const string Line = "Max locked memory";

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var limit = (scene.Paths.ReadProc("self/limits") ?? "")
            .Split('\n')
            .FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal))
            ?[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (limit is not [var soft, var hard, ..])
        {
            yield return Warn("the limit cannot be read", "mount /proc");
            yield break;
        }

        yield return Pass(
            soft == "unlimited"
                ? "unlimited"
                : $"{soft} bytes, up to {hard}: only kernels before 5.11 charge maps to it, where libbpf raises it if it may"
        );
    }
}
