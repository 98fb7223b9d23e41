namespace NetMon.Core.Metrics;

/// <content>The process, under the names that Prometheus' client libraries share.</content>
public static partial class Instruments
{
    public static readonly Instrument ProcessCpu = new(
        "process_cpu_seconds_total",
        MetricType.Counter,
        "seconds",
        "Total user and system CPU time spent in seconds."
    );

    public static readonly Instrument ProcessOpenFds = new(
        "process_open_fds",
        MetricType.Gauge,
        "descriptors",
        "Number of open file descriptors."
    );

    public static readonly Instrument ProcessMaxFds = new(
        "process_max_fds",
        MetricType.Gauge,
        "descriptors",
        "Maximum number of open file descriptors."
    );

    public static readonly Instrument ProcessVirtualMemory = new(
        "process_virtual_memory_bytes",
        MetricType.Gauge,
        "bytes",
        "Virtual memory size in bytes."
    );

    public static readonly Instrument ProcessVirtualMemoryMax = new(
        "process_virtual_memory_max_bytes",
        MetricType.Gauge,
        "bytes",
        "Maximum amount of virtual memory available in bytes; -1 without a limit."
    );

    public static readonly Instrument ProcessResidentMemory = new(
        "process_resident_memory_bytes",
        MetricType.Gauge,
        "bytes",
        "Resident memory size in bytes."
    );

    public static readonly Instrument ProcessStartTime = new(
        "process_start_time_seconds",
        MetricType.Gauge,
        "seconds",
        "Start time of the process since unix epoch in seconds."
    );

    private static Instrument[] ProcessInstruments =>
        [
            ProcessCpu,
            ProcessOpenFds,
            ProcessMaxFds,
            ProcessVirtualMemory,
            ProcessVirtualMemoryMax,
            ProcessResidentMemory,
            ProcessStartTime,
        ];
}
