using NetMon.Testing.Lab;

namespace NetMon.Lab.Tests.Machines;

/// <summary>What earlier runs left goes, whoever removes it; what belongs to a lab that runs stays.</summary>
public sealed class LeftoverTests
{
    private const int CleanUps = 3;
    private const int Labs = 6;

    [SkippableFact]
    public void Clean_ups_side_by_side_remove_everything_and_none_of_them_fails()
    {
        LabRequirements.SkipIfMissing();
        // Other tests clean up at any time: what is made belongs to somebody until it is whole.
        var owner = LabProcess.Start("sleep", ["1000"]);
        string[] left =
        [
            .. Enumerable.Range(1, Labs).SelectMany(number => Make($"nm-lab-{owner.Id}-{number}")),
        ];
        LabHome.RemoveLeftovers();
        Assert.Equal(left, left.Where(Path.Exists));
        owner.Dispose();

        var program = Path.Combine(AppContext.BaseDirectory, "netmon-lab");
        var cleanUps = Enumerable
            .Range(0, CleanUps)
            .Select(_ => LabProcess.Start(program, ["clean"]))
            .ToArray();
        LabHome.RemoveLeftovers();

        Assert.All(
            cleanUps,
            each => Assert.Equal("0 ", $"{each.WaitForExit(success: false).ExitCode} {each.Errors}")
        );
        Assert.DoesNotContain(left, Path.Exists);
        Array.ForEach(cleanUps, each => each.Dispose());
    }

    [SkippableFact]
    public void Names_of_a_process_that_had_this_process_s_number_are_left_over_too()
    {
        LabRequirements.SkipIfMissing();
        using var running = new LabHome();
        var node = running.Machines.AddNamespace("node");
        var left = Directory.CreateDirectory(
            Path.Combine(Path.GetTempPath(), $"nm-lab-{Environment.ProcessId}-{int.MaxValue}", "below")
        );

        LabHome.RemoveLeftovers();

        Assert.False(Directory.Exists(left.Parent!.FullName));
        Assert.True(Directory.Exists(running.Folder));
        Assert.True(File.Exists(node.Path));
        Assert.True(running.Cgroup is null || Directory.Exists(running.Cgroup.Path));
    }

    [SkippableFact]
    public void A_lab_is_gone_when_it_is_disposed_though_programs_start_and_write_to_its_folder_all_the_while()
    {
        LabRequirements.SkipIfMissing();
        var home = new LabHome();
        var machine = home.Machines.AddNamespace("node");
        var writing = Enumerable
            .Range(0, 10)
            .Select(number =>
                new LabProgram
                {
                    Namespace = machine,
                    // Some are in no cgroup: they end with their namespace.
                    Cgroup = number % 2 == 0 ? home.Cgroup : null,
                }.Start("sh", "-c", $"while :; do : >{home.Folder}/{number}.$((i = i + 1)); sleep 0.01; done")
            )
            .ToArray();

        home.Dispose();

        Assert.False(Directory.Exists(home.Folder));
        Assert.False(File.Exists(machine.Path));
        Assert.False(Directory.Exists(home.Cgroup?.Path));
        Array.ForEach(writing, each => each.Dispose());
    }

    private static IEnumerable<string> Make(string name)
    {
        Command.Run("ip", "netns", "add", $"{name}-node");
        yield return $"/run/netns/{name}-node";
        yield return Directory
            .CreateDirectory(Path.Combine(Path.GetTempPath(), name, "below"))
            .Parent!.FullName;
        if (ControlGroup.Create(name) is { } group)
        {
            group.Add("some/where");
            yield return group.Path;
        }
    }
}
