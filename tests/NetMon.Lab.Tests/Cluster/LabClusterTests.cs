using NetMon.Lab.Cluster;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;
using NetMon.Lab.Services;
using NetMon.Testing.Lab;

namespace NetMon.Lab.Tests.Cluster;

public sealed class LabClusterTests
{
    private static readonly LabWorkload Web = new("shop", "Deployment", "web");
    private static readonly LabWorkload Client = new("shop", "Deployment", "client");

    [SkippableFact]
    public async Task A_service_is_asked_by_name_and_follows_its_pods()
    {
        LabRequirements.SkipIfMissing("nft", "curl", "socat");
        await using var cluster = await LabCluster.StartAsync(new LabOptions { Nodes = 2 });
        var service = cluster.ApplyServices(
            new LabService("shop", "web") { Ports = [new LabServicePort("http", 80, 8080)] }
        )[0];
        var client = cluster.CreatePod(Client, cluster.Nodes[0]);
        Assert.NotEqual("", Ask(client, service));

        var first = cluster.CreatePod(Web, cluster.Nodes[0]);
        Serve(first);
        Assert.Equal(first.Name, Ask(client, service));

        cluster.DeletePods(first);
        var second = cluster.CreatePod(Web, cluster.Nodes[1]);
        var third = cluster.CreatePod(new LabWorkload("shop", "StatefulSet", "db"), cluster.Nodes[0]);
        Serve(second);

        Assert.Equal(second.Name, Ask(client, service));
        Assert.Equal(first.V4, third.V4);
        Assert.Equal("db-0", third.Name);
    }

    [SkippableTheory]
    [InlineData(
        CgroupDriver.Systemd,
        @"kubepods\.slice/kubepods-burstable\.slice/kubepods-burstable-podUID\.slice/cri-containerd-[0-9a-f]{64}\.scope",
        '_'
    )]
    [InlineData(CgroupDriver.Cgroupfs, "kubepods/burstable/podUID/[0-9a-f]{64}", '-')]
    public async Task A_pods_programs_are_in_a_cgroup_named_as_a_kubelet_names_it(
        CgroupDriver driver,
        string pattern,
        char dash
    )
    {
        LabRequirements.SkipIfMissing("nft");
        await using var cluster = await LabCluster.StartAsync(
            new LabOptions
            {
                Nodes = 1,
                Mode = NetworkMode.Calico,
                Cgroups = driver,
            }
        );
        var pod = cluster.CreatePod(Web, cluster.Nodes[0]);
        Skip.If(pod.Cgroup is null, "needs cgroup v2");

        using var program = pod.Start("cat", "/proc/self/cgroup");

        var uid = pod.Uid.Replace('-', dash);
        Assert.Matches(
            $@"0::/nm-lab-\d+-\d+/node1/{pattern.Replace("UID", uid, StringComparison.Ordinal)}$",
            program.WaitForExit().Output
        );
    }

    [SkippableFact]
    public async Task Nothing_is_left_of_a_cluster()
    {
        LabRequirements.SkipIfMissing("nft", "sleep");
        LabProcess left;
        string name;
        await using (var cluster = await LabCluster.StartAsync(new LabOptions { Nodes = 2 }))
        {
            name = Path.GetFileName(cluster.Folder);
            var pod = cluster.CreatePod(Web, cluster.Nodes[0]);
            left = pod.Start("sh", "-c", "echo runs; exec sleep 1000");
            left.WaitForText("runs");
        }

        // The cluster is gone when the kernel is done with the program; .NET hears of it later.
        Assert.Equal(128 + (int)LabSignal.Kill, left.WaitForExit(success: false).ExitCode);
        left.Dispose();

        // Other tests' clusters may have names that begin so: nm-lab-4711-1 and nm-lab-4711-12.
        Assert.Empty(Directory.EnumerateFiles("/run/netns", name + "-*"));
        Assert.False(Directory.Exists(Path.Combine(Path.GetTempPath(), name)));
        Assert.DoesNotContain($"{name}-", File.ReadAllText("/proc/self/mounts"), StringComparison.Ordinal);
    }

    private static void Serve(LabPod pod)
    {
        var ready = pod.Start(
            "socat",
            "-d",
            "-d",
            "TCP6-LISTEN:8080,ipv6only=0,fork,reuseaddr",
            $"SYSTEM:read request; echo {pod.Name}"
        );
        ready.WaitForText("listening on");
    }

    private static string Ask(LabPod client, LabService service)
    {
        using var curl = client.Start(
            "curl",
            "-sS",
            "--http0.9",
            "--max-time",
            "30",
            $"http://{service.ClusterIp(v6: false)}/"
        );
        var ended = curl.WaitForExit(success: false);
        return (ended.Output + ended.Errors).Trim();
    }
}
