using System.Text.Json;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Diagnosis;

/// <summary>Hosts that are broken for real, and what <c>check-system</c> and <c>doctor</c> make of them.</summary>
public sealed class BrokenHosts
{
    private const string Lookup = "exec \"$0\" \"$@\"";

    [SkippableFact]
    public void A_host_that_an_agent_can_run_on_passes()
    {
        LabRequirements.SkipIfMissing("unshare", "mount");
        var (code, checks) = Check("mkdir -p /sys/fs/bpf && mount -t bpf bpf /sys/fs/bpf");

        Assert.Equal(0, code);
        Assert.DoesNotContain(checks, check => check.Status == "fail");
        Assert.Equal("pass", Of(checks, "packet programs").Status);
    }

    [SkippableFact]
    public void Without_a_capability_it_fails_and_names_it()
    {
        LabRequirements.SkipIfMissing("unshare", "mount", "capsh");
        var (code, checks) = Check(
            "mount -t bpf bpf /sys/fs/bpf",
            "exec capsh --drop=cap_bpf,cap_sys_admin -- -c 'exec \"$0\" \"$@\"' \"$0\" \"$@\""
        );

        Assert.Equal(1, code);
        Assert.Contains("CAP_BPF", Of(checks, "capabilities").Found, StringComparison.Ordinal);
        Assert.Equal("fail", Of(checks, "capabilities").Status);
        Assert.Equal("fail", Of(checks, "packet programs").Status);
    }

    [SkippableFact]
    public void Without_type_information_it_fails_and_says_which_kernel_has_it()
    {
        LabRequirements.SkipIfMissing("unshare", "mount");
        var (code, checks) = Check("mount -t bpf bpf /sys/fs/bpf; mount -t tmpfs none /sys/kernel/btf");

        Assert.Equal(1, code);
        var found = Of(checks, "kernel types (BTF)");
        Assert.Equal("fail", found.Status);
        Assert.Contains("CONFIG_DEBUG_INFO_BTF", found.Advice, StringComparison.Ordinal);
        Assert.Equal("fail", Of(checks, "packet programs").Status);
    }

    [SkippableTheory]
    [InlineData("mount -t tmpfs none /sys/fs/bpf", "tmpfs")]
    [InlineData("mount -t bpf bpf /sys/fs/bpf && mount -o remount,ro /sys/fs/bpf", "read-only")]
    public void Without_a_bpffs_that_can_be_written_it_fails_and_tells_what_is_lost(string setUp, string says)
    {
        LabRequirements.SkipIfMissing("unshare", "mount");
        var (code, checks) = Check(setUp);

        Assert.Equal(1, code);
        var found = Of(checks, "bpffs");
        Assert.Equal("fail", found.Status);
        Assert.Contains(says, found.Found, StringComparison.Ordinal);
        Assert.Contains("mount", found.Advice, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_program_of_others_before_the_agents_is_named_and_one_after_it_is_not()
    {
        LabRequirements.SkipIfMissing("tc", "clang");
        using var lab = new TwoHosts(offloads: true);
        using var agent = AgentProcess.Start(lab.Host, "--attach", "clsact");

        // After ours: it can take nothing from the counts.
        AddFilter(lab, priority: 7);
        Assert.Equal("pass", Of(Doctor(lab, agent), "programs of others").Status);

        // Within ours the later one is the first.
        AddFilter(lab, priority: 1);
        var found = Of(Doctor(lab, agent), "programs of others");
        Assert.Equal("warn", found.Status);
        Assert.Contains("eth0", found.Found, StringComparison.Ordinal);
        Assert.Contains("before NetMon", found.Found, StringComparison.Ordinal);
    }

    private static List<Finding> Doctor(TwoHosts lab, AgentProcess agent)
    {
        using var process = lab.Host.Start(
            AgentBinary.Find(),
            "doctor",
            "--server",
            agent.Address,
            "-o",
            "json",
            "--bpf-dir",
            "",
            "--state-dir",
            ""
        );
        process.WaitForExit(success: false);
        var checks = Read(process.Output);
        Assert.Equal("pass", Of(checks, "agent").Status);
        Assert.Equal("pass", Of(checks, "observed interfaces").Status);
        return checks;
    }

    /// <summary>Runs check-system where only its mounts are changed.</summary>
    private static (int Code, List<Finding> Checks) Check(string setUp, string run = Lookup)
    {
        using var process = LabProcess.Start(
            "unshare",
            [
                "--mount",
                "sh",
                "-euc",
                $"{setUp}; {run}",
                AgentBinary.Find(),
                "check-system",
                "-o",
                "json",
                "--listen",
                "127.0.0.1:0",
            ]
        );
        process.WaitForExit(success: false);
        return (process.ExitCode, Read(process.Output));
    }

    private static List<Finding> Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        return
        [
            .. document
                .RootElement.GetProperty("checks")
                .EnumerateArray()
                .Select(check => new Finding(
                    check.GetProperty("check").GetString()!,
                    check.GetProperty("status").GetString()!,
                    check.GetProperty("found").GetString()!,
                    check.GetProperty("advice").GetString()!
                )),
        ];
    }

    private static Finding Of(List<Finding> checks, string name) =>
        checks.First(check => check.Check == name);

    private static void AddFilter(TwoHosts lab, int priority)
    {
        var folder = Directory.CreateTempSubdirectory("nm-e2e-filter-").FullName;
        var source = Path.Combine(folder, "filter.c");
        File.WriteAllText(
            source,
            "__attribute__((section(\"classifier\"), used)) int filter(void *skb) { return -1; }"
        );
        Command.Run("clang", ["-O2", "-target", "bpf", "-c", source, "-o", source + ".o"]);
        lab.Host.Run(
            "tc",
            [
                "filter",
                "add",
                "dev",
                "eth0",
                "ingress",
                "prio",
                $"{priority}",
                "bpf",
                "direct-action",
                "object-file",
                source + ".o",
                "section",
                "classifier",
            ]
        );
        Directory.Delete(folder, recursive: true);
    }

    private sealed record Finding(string Check, string Status, string Found, string Advice);
}
