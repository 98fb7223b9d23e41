using System.Diagnostics;
using System.Globalization;
using NetMon.Bpf.Probing;
using NetMon.Core.Diagnosis;

namespace NetMon.Diagnosis.Checks;

/// <summary>The clocks: flows are timed by CLOCK_MONOTONIC, and shown by the wall clock.</summary>
internal sealed class ClockCheck() : HostCheck("clock")
{
    public override IEnumerable<Finding> Run(HostScene scene)
    {
        var monotonic = Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        var uptime = scene.Paths.ReadProc("uptime")?.Split(' ')[0];
        if (
            double.TryParse(uptime, NumberStyles.Float, CultureInfo.InvariantCulture, out var boot)
            && boot - monotonic > 1
        )
        {
            yield return Pass(
                $"the machine was suspended for {boot - monotonic:0} s since its start; flows are timed by CLOCK_MONOTONIC, which stood still meanwhile"
            );
        }

        var source = scene
            .Paths.ReadSys("devices/system/clocksource/clocksource0/current_clocksource")
            ?.Trim();
        yield return HostClock.IsSynchronised() switch
        {
            true => Pass($"synchronised (clock source {source ?? "unknown"})"),
            false => Warn(
                "the kernel does not know of any synchronisation: times of several nodes may not fit together",
                "run chrony, ntpd or systemd-timesyncd; a virtual machine whose host keeps its clock may ignore this"
            ),
            null => Pass("the kernel does not tell whether it is synchronised"),
        };
    }
}
