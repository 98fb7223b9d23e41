using NetMon.Core.Diagnosis;
using NetMon.Diagnosis;
using NetMon.Diagnosis.Checks;

namespace NetMon.Tests.Diagnosis;

/// <summary>What each check makes of a host, as the kernel describes it.</summary>
public sealed class HostCheckTests : IDisposable
{
    private const ulong All = 0x1ff_ffff_ffff;

    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_healthy_host_passes_each()
    {
        HostCheck[] checks =
        [
            new CapabilitiesCheck(),
            new TypeInformationCheck(),
            new StateDirectoryCheck(),
            new MemoryCheck(),
            new MemoryLockCheck(),
            .. KernelSettingCheck.All,
            new LockdownCheck(),
        ];

        var findings = HostChecks.Run(_host.Scene, checks).ToList();

        Assert.All(findings, finding => Assert.Equal(FindingStatus.Pass, finding.Status));
        Assert.All(findings, finding => Assert.NotEmpty(finding.Found));
    }

    [Theory]
    [InlineData(39, "CAP_BPF")]
    [InlineData(38, "CAP_PERFMON")]
    [InlineData(12, "CAP_NET_ADMIN")]
    public void A_capability_that_is_needed_and_missing_fails_by_its_name(int bit, string name)
    {
        // Neither it nor CAP_SYS_ADMIN, which includes most.
        SetCapabilities(All & ~(1ul << bit) & ~(1ul << 21));

        var finding = Run(new CapabilitiesCheck()).First();

        Assert.Equal(FindingStatus.Fail, finding.Status);
        Assert.Contains(name, finding.Found, StringComparison.Ordinal);
        Assert.NotEmpty(finding.Advice);
    }

    [Fact]
    public void A_capability_that_a_feature_needs_warns_and_says_what_is_lost()
    {
        SetCapabilities(All & ~(1ul << 34));

        var finding = Assert.Single(Run(new CapabilitiesCheck()), one => one.Status == FindingStatus.Warn);

        Assert.Contains("CAP_SYSLOG", finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_type_information_nothing_works()
    {
        File.Delete(_host.Paths.Btf);
        Assert.Equal(FindingStatus.Fail, Single(new TypeInformationCheck()).Status);

        File.WriteAllText(_host.Paths.Btf, "something else");
        Assert.Equal(FindingStatus.Fail, Single(new TypeInformationCheck()).Status);
    }

    [Theory]
    [InlineData("31 24 0:27 / /sys/fs/bpf ro,nosuid - bpf bpf rw", "read-only")]
    [InlineData("31 24 0:27 / /sys/fs/bpf rw - tmpfs tmpfs rw", "tmpfs")]
    public void A_bpffs_that_is_none_or_cannot_be_written_fails(string mount, string says)
    {
        _host.Proc("self/mountinfo", $"24 1 0:22 / / rw - ext4 /dev/vda rw\n{mount}\n");

        var finding = Single(new BpfDirectoryCheck());

        Assert.Equal(FindingStatus.Fail, finding.Status);
        Assert.Contains(says, finding.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_mounts_at_one_place_the_last_counts()
    {
        var mounts = MountTable.Read(_host.Paths);
        Assert.Equal("bpf", MountTable.Of("/sys/fs/bpf/netmon", mounts)?.Type);

        _host.Proc(
            "self/mountinfo",
            "30 24 0:27 / /sys/fs/bpf rw - bpf bpf rw\n31 24 0:28 / /sys/fs/bpf rw - tmpfs tmpfs rw\n"
        );

        Assert.Equal("tmpfs", MountTable.Of("/sys/fs/bpf/netmon", MountTable.Read(_host.Paths))?.Type);
        Assert.Null(MountTable.Of("/sys/fs/bpfx", MountTable.Read(_host.Paths)));
    }

    [Theory]
    [InlineData("67108864", FindingStatus.Fail)]
    [InlineData("209715200", FindingStatus.Warn)]
    [InlineData("1073741824", FindingStatus.Pass)]
    [InlineData("max", FindingStatus.Pass)]
    public void The_tightest_memory_limit_above_the_agent_counts(string limit, FindingStatus expected)
    {
        _host.Sys("fs/cgroup/kubepods/netmon/memory.max", "8589934592\n");
        _host.Sys("fs/cgroup/kubepods/memory.max", limit + "\n");

        Assert.Equal(expected, Run(new MemoryCheck()).Max(finding => finding.Status));
    }

    [Theory]
    [InlineData("net/core/bpf_jit_enable", "0")]
    [InlineData("net/core/bpf_jit_harden", "2")]
    [InlineData("kernel/bpf_stats_enabled", "1")]
    [InlineData("kernel/kptr_restrict", "2")]
    public void A_kernel_setting_that_hurts_warns_and_says_how_to_change_it(string setting, string value)
    {
        _host.Proc($"sys/{setting}", value + "\n");

        var finding = Assert.Single(
            HostChecks.Run(_host.Scene, KernelSettingCheck.All),
            one => one.Status == FindingStatus.Warn
        );

        Assert.Contains("sysctl -w", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Lockdown_that_hides_the_kernels_memory_warns()
    {
        _host.Sys("kernel/security/lockdown", "none integrity [confidentiality]\n");

        Assert.Equal(FindingStatus.Warn, Single(new LockdownCheck()).Status);
    }

    [Fact]
    public void A_port_that_another_program_has_fails_unless_that_is_the_agent()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        _host.Options.Api.Listen = (System.Net.IPEndPoint)other.LocalEndpoint;

        Assert.Equal(FindingStatus.Fail, Single(new PortCheck()).Status);
        Assert.Equal(
            FindingStatus.Pass,
            Assert.Single(new PortCheck().Run(_host.Scene with { AgentRuns = true })).Status
        );
    }

    [Fact]
    public void A_check_that_breaks_is_a_line_and_the_others_follow()
    {
        var findings = HostChecks.Run(
            _host.Scene,
            [new Broken(), new LockdownCheck(), new CapabilitiesCheck()]
        );

        Assert.Equal(["broken", "capabilities"], findings.Select(finding => finding.Check));
    }

    private void SetCapabilities(ulong effective) => _host.Proc("self/status", $"CapEff:\t{effective:x16}\n");

    private List<Finding> Run(HostCheck check) => [.. check.Run(_host.Scene)];

    private Finding Single(HostCheck check) => Assert.Single(Run(check));

    private sealed class Broken() : HostCheck("broken")
    {
        public override IEnumerable<Finding> Run(HostScene scene) => throw new IOException("no such thing");
    }
}
