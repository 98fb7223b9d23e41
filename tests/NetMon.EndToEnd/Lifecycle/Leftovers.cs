using NetMon.Testing.Lab;
using NetMon.Testing.Namespaces;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>What a test run that crashed leaves on the machine.</summary>
public sealed class Leftovers
{
    // More than any kernel gives (PID_MAX_LIMIT), so that this process is surely gone.
    private const string Abandoned = "nm-e2e-4194305-1-host";

    [SkippableFact]
    public void The_next_lab_removes_the_namespaces_of_a_run_that_is_gone_and_the_programs_in_them()
    {
        LabRequirements.SkipIfMissing();
        Command.Run("ip", "netns", "add", Abandoned);
        using var program = LabProcess.Start("nsenter", [$"--net=/run/netns/{Abandoned}", "sleep", "60"]);
        Wait.Until(() => Command.Run("ip", "netns", "pids", Abandoned).Length > 0, "the program to enter");

        using var own = new LabNetwork();
        var kept = own.AddNamespace("kept");
        using var next = new LabNetwork();

        Assert.False(File.Exists($"/run/netns/{Abandoned}"));
        Assert.Equal(128 + (int)LabSignal.Kill, program.WaitForExit(success: false).ExitCode);
        Assert.True(File.Exists(kept.Path));
    }
}
