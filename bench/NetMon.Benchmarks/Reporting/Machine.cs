using System.Runtime.InteropServices;
using NetMon.Testing.Namespaces;

namespace NetMon.Benchmarks.Reporting;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var model = File.ReadLines("/proc/cpuinfo")
            .First(line =>
                line.StartsWith("model name", StringComparison.Ordinal)
                || line.StartsWith("CPU part", StringComparison.Ordinal)
            )
            .Split(':')[1]
            .Trim();
        var memory = File.ReadLines("/proc/meminfo")
            .First()
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var system = File.ReadLines("/etc/os-release")
            .First(line => line.StartsWith("PRETTY_NAME", StringComparison.Ordinal))
            .Split('"')[1];
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return $"""
            - machine: {model}, {Environment.ProcessorCount} CPUs, {long.Parse(memory)
                / 1024
                / 1024} GiB, {RuntimeInformation.OSArchitecture}
            - kernel: {Command.Run("uname", "-r").Trim()}; {system}; {RuntimeInformation.FrameworkDescription}
            - date: {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC; load average before the run: {load}
            """;
    }
}
