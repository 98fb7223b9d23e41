using System.Globalization;
using NetMon.Benchmarks.Clusters;
using NetMon.Benchmarks.Reporting;
using NetMon.Lab.ApiServer;
using NetMon.Testing.Lab;

namespace NetMon.Benchmarks.Figures;

/// <summary>(g) What the knowledge of a cluster costs.</summary>
internal static class ClusterCost
{
    private const double MiB = 1024 * 1024;

    /// <summary>As src/NetMon/Runtime.props sets it for the program.</summary>
    private static readonly string[] Runtime =
    [
        "DOTNET_gcServer=0",
        "DOTNET_gcConcurrent=0",
        "DOTNET_GCGen0MaxBudget=0x400000",
        "DOTNET_TieredPGO=0",
    ];

    public static Section Measure()
    {
        var figures = new List<Figure>();
        foreach (var (pods, version, how) in Cases())
        {
            Console.Error.WriteLine($"{pods:N0} pods, {how}");
            using var server = new Served(pods, version);
            var (fromStart, fromBirth, resident, peak) = Watch(server.Kubeconfig, pods);
            var what = $"{pods:N0} pods, {how}";
            figures.Add(
                pods == 5_000
                    ? Figure.AtMost($"{what}: in sync after", fromStart / 1000, 2, "s", "0.00")
                    : new($"{what}: in sync after", $"{fromStart / 1000:0.00} s")
            );
            figures.Add(new($"{what}: since the process started", $"{fromBirth / 1000:0.00} s"));
            figures.Add(
                pods == 100_000
                    ? Figure.AtMost($"{what}: resident memory", resident, 200, "MiB", "0.0")
                    : new($"{what}: resident memory", $"{resident:0.0} MiB")
            );
            figures.Add(new($"{what}: most resident memory", $"{peak:0.0} MiB"));
        }

        foreach (var lookup in MicroBenchmark.Run<LookupBenchmarks>())
        {
            figures.Add(Figure.AtMost($"{lookup.Name}: time", lookup.Nanoseconds, 100, "ns", "0"));
            figures.Add(lookup.Allocated);
        }

        return new(
            "(g) The model of a cluster",
            "A process with only the client and the model, which watches the test API server over HTTPS: pods of some 3 kB, 30 a node, 10 a Deployment, "
                + "with a service and a slice for each. Resident memory as the kernel says (VmRSS, VmHWM), 10 s after it was in sync. "
                + "Look-ups: BenchmarkDotNet, in a model of 100,000 pods, at addresses in no order.",
            figures
        );
    }

    private static (int Pods, ApiVersion Version, string How)[] Cases() =>
        [
            (5_000, ApiVersion.V132, "streamed"),
            (5_000, ApiVersion.V126, "listed"),
            (100_000, ApiVersion.V132, "streamed"),
            (100_000, ApiVersion.V126, "listed"),
        ];

    private static (double FromStart, double FromBirth, double Resident, double Peak) Watch(
        string kubeconfig,
        int pods
    )
    {
        using var process = LabProcess.Start(
            "/usr/bin/env",
            [.. Runtime, Environment.ProcessPath!, ClusterProcess.Argument, kubeconfig]
        );
        process.WaitForText("synced", TimeSpan.FromMinutes(2));
        var said = process
            .Output.Split(' ', StringSplitOptions.TrimEntries)[1..]
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture))
            .ToArray();
        if (said[2] != pods)
        {
            throw new LabException($"{said[2]} pods of {pods}");
        }

        Thread.Sleep(TimeSpan.FromSeconds(10));
        return (said[0], said[1], Status(process.Id, "VmRSS") / MiB, Status(process.Id, "VmHWM") / MiB);
    }

    /// <summary>A size of /proc/PID/status, in bytes.</summary>
    private static double Status(int process, string field) =>
        1024
        * double.Parse(
            File.ReadLines($"/proc/{process}/status")
                .First(line => line.StartsWith(field + ":", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
            CultureInfo.InvariantCulture
        );

    /// <summary>An API server in this process, and a kubeconfig for it.</summary>
    private sealed class Served : IDisposable
    {
        private readonly KubeApiServer _server;

        public Served(int pods, ApiVersion version)
        {
            _server = BigApiServer.Start(pods, version);
            Kubeconfig = Path.GetTempFileName();
            File.WriteAllText(Kubeconfig, _server.Kubeconfig);
        }

        public string Kubeconfig { get; }

        public void Dispose()
        {
            File.Delete(Kubeconfig);
            _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
            GC.Collect();
        }
    }
}
