using System.Text.RegularExpressions;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Lab;

/// <summary>The program behind <c>./run --lab</c>.</summary>
public sealed partial class ShopRuns
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static string Program => Path.Combine(AppContext.BaseDirectory, "netmon-lab");

    [SkippableFact]
    public void It_shows_the_shops_traffic_by_workload_and_leaves_nothing_behind()
    {
        SkipIfMissing();
        using var lab = LabProcess.Start(Program, ["run", "--mode", "calico", "--nodes", "2"]);
        lab.WaitForText("Ctrl-C ends it", Patience);
        var shown = lab.Output;

        Assert.Matches(@"shop/frontend +shop/web ", shown);
        Assert.Matches(@"shop/frontend +shop/cart ", shown);
        Assert.Matches(@"batch/report +external ", shown);
        Assert.Matches(@"external +shop/web ", shown);
        Assert.Matches(@"shop/checkout +shop/payment +[1-9]", shown);
        var name = LabName().Match(shown).Value;

        // Not Ctrl-C's signal: shells let what they start in the background ignore that one.
        lab.Terminate();

        Assert.Equal(0, lab.WaitForExit(Patience).ExitCode);
        Assert.Empty(TracesOf(name));
    }

    [SkippableFact]
    public void What_a_killed_one_leaves_the_next_one_removes()
    {
        SkipIfMissing();
        using var lab = LabProcess.Start(Program, ["run", "--nodes", "1"]);
        lab.WaitForText("Ctrl-C ends it", Patience);
        var name = LabName().Match(lab.Output).Value;
        lab.Kill();
        lab.WaitForExit(Patience, success: false);
        Assert.NotEmpty(TracesOf(name));

        using var clean = LabProcess.Start(Program, ["clean"]);

        Assert.Contains(name, clean.WaitForExit(Patience).Output, StringComparison.Ordinal);
        Assert.Empty(TracesOf(name));
    }

    private static void SkipIfMissing() =>
        LabRequirements.SkipIfMissing(
            "nft",
            "iptables",
            "conntrack",
            "curl",
            "nginx",
            "redis-server",
            "dnsmasq",
            "prometheus"
        );

    /// <summary>What is on the machine with the name of a lab: namespaces, folders, cgroups, programs.</summary>
    private static string[] TracesOf(string name)
    {
        Assert.NotEqual("", name);
        return
        [
            .. Directory.EnumerateFiles("/run/netns", name + "-*"),
            .. Directory.EnumerateDirectories(Path.GetTempPath(), name),
            .. Directory.EnumerateDirectories("/sys/fs/cgroup", name, SearchOption.AllDirectories),
            .. Directory
                .EnumerateDirectories("/proc")
                .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]))
                .Where(process => CommandLine(process).Contains(name, StringComparison.Ordinal)),
        ];
    }

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [GeneratedRegex(@"nm-lab-\d+-\d+", RegexOptions.None, 60_000)]
    private static partial Regex LabName();
}
