using NetMon.Core.Metrics;

namespace NetMon.Agent.HostCounters;

/// <summary>Shows what the kernel itself counts of drops, errors and overload, in the agent's own network namespace: that of the host. Read when it is asked for.</summary>
internal static class HostMetrics
{
    /// <summary>Interfaces shown; what others count is under <c>other</c>.</summary>
    private const int MaxInterfaces = 1000;

    private const string Receive = "receive";
    private const string Transmit = "transmit";

    /// <param name="registry">Gets the families.</param>
    /// <param name="folder">Where the kernel's files are: /proc/net, or a test's.</param>
    public static void Register(MetricRegistry registry, string folder = "/proc/net")
    {
        registry.Observe(
            Instruments.HostProtocol,
            (ref MetricSamples samples) => WriteProtocols(ref samples, folder)
        );
        registry.Observe(
            Instruments.HostSoftnet,
            (ref MetricSamples samples) =>
            {
                foreach (var cpu in SoftnetCounters.Read(ReadFile(folder, "softnet_stat")))
                {
                    samples.Add(cpu.Dropped, $"{cpu.Cpu}", "dropped");
                    samples.Add(cpu.TimeSqueeze, $"{cpu.Cpu}", "time_squeeze");
                }
            }
        );
        registry.Observe(
            Instruments.InterfaceDrops,
            (ref MetricSamples samples) => WriteDevices(ref samples, folder)
        );
    }

    private static void WriteProtocols(ref MetricSamples samples, string folder)
    {
        var counters = new Dictionary<(string Section, string Name), long>();
        ProtocolCounters.ReadPairs(ReadFile(folder, "snmp"), counters);
        ProtocolCounters.ReadPairs(ReadFile(folder, "netstat"), counters);
        ProtocolCounters.ReadLines(ReadFile(folder, "snmp6"), counters);
        foreach (var counter in HostCounterTable.All)
        {
            // Kernels differ in what they count.
            if (counters.TryGetValue((counter.Section, counter.Name), out var value))
            {
                samples.Add(value, counter.Protocol, counter.Name);
            }
        }
    }

    private static void WriteDevices(ref MetricSamples samples, string folder)
    {
        var shown = 0;
        var other = default(DeviceCounters);
        foreach (var device in DeviceCounters.Read(ReadFile(folder, "dev")))
        {
            if (shown++ < MaxInterfaces)
            {
                Write(ref samples, in device);
                continue;
            }

            other = new(
                SeriesFamily.OverflowLabel,
                other.ReceiveErrors + device.ReceiveErrors,
                other.ReceiveDropped + device.ReceiveDropped,
                other.ReceiveOverruns + device.ReceiveOverruns,
                other.TransmitErrors + device.TransmitErrors,
                other.TransmitDropped + device.TransmitDropped,
                other.TransmitOverruns + device.TransmitOverruns
            );
        }

        if (shown > MaxInterfaces)
        {
            Write(ref samples, in other);
        }
    }

    private static void Write(ref MetricSamples samples, in DeviceCounters device)
    {
        samples.Add(device.ReceiveDropped, device.Name, Receive, "dropped");
        samples.Add(device.ReceiveErrors, device.Name, Receive, "errors");
        samples.Add(device.ReceiveOverruns, device.Name, Receive, "overruns");
        samples.Add(device.TransmitDropped, device.Name, Transmit, "dropped");
        samples.Add(device.TransmitErrors, device.Name, Transmit, "errors");
        samples.Add(device.TransmitOverruns, device.Name, Transmit, "overruns");
    }

    /// <returns>Empty where the kernel has no such file.</returns>
    private static string ReadFile(string folder, string name)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
