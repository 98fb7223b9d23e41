using System.Diagnostics;
using NetMon.Bpf;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>The real packet programs, through the running kernel's verifier, with maps as small as can be.</summary>
internal sealed class ProgramsCheck() : HostCheck("packet programs")
{
    private const int FewFlows = 64;
    private const int SmallRing = 64 * 1024;

    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var start = Stopwatch.GetTimestamp();
        string problem;
        try
        {
            using var program = FlowProgram.Load(
                new FlowProgramOptions
                {
                    MaxFlows = FewFlows,
                    RingBytes = SmallRing,
                    MaxFragments = FewFlows,
                    TcpHealth = scene.Options.Features.LatencyTracking.Enabled,
                }
            );
            problem = "";
        }
        catch (BpfException error)
        {
            problem = error.Message.Split('\n')[0];
        }

        yield return problem.Length == 0
            ? Pass($"the kernel takes them, in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms")
            : Fail(
                problem,
                "mend what fails above; if nothing does, netmon agent --log-level debug shows what the kernel says"
            );
    }
}
