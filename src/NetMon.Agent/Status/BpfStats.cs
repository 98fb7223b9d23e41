using System.Diagnostics;
using System.Text.Json;
using NetMon.Bpf;
using NetMon.Bpf.Inventory;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Status;

/// <summary>What the kernel says of the agent's programs and maps. Programs are measured for the time of the question only.</summary>
internal sealed class BpfStats : IDisposable
{
    private const string Switch = "/proc/sys/kernel/bpf_stats_enabled";
    private const string SwitchName = "kernel.bpf_stats_enabled";

    // Two who measure at once would switch the kernel's statistics on and off under each other's feet.
    private readonly SemaphoreSlim _turn = new(1);

    private readonly record struct Measurement(string By, TimeSpan Time, KernelInventory? Before);

    /// <param name="time">How long the programs are measured; zero: not at all.</param>
    /// <param name="report">Where the flow map's entries are counted.</param>
    /// <param name="cancellationToken">The client left.</param>
    /// <returns>Writes the answer.</returns>
    /// <exception cref="BpfException">libbpf is missing.</exception>
    public async Task<Action<Utf8JsonWriter>> ReadAsync(
        TimeSpan time,
        AgentReport report,
        CancellationToken cancellationToken
    )
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var measured = await MeasureAsync(time, cancellationToken);
            var now = KernelInventory.OfThisProcess();
            return json => Write(json, measured, now, report);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static async Task<Measurement> MeasureAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var always = IsAlwaysOn();
        if (time <= TimeSpan.Zero)
        {
            return new Measurement(always ? SwitchName : "off", TimeSpan.Zero, Before: null);
        }

        IDisposable? statistics = null;
        string? refusal = null;
        try
        {
            statistics = always ? null : FlowProgram.EnableRunStatistics();
        }
        catch (BpfException error)
        {
            refusal =
                $"refused (errno {error.Error}): it takes CAP_SYS_ADMIN, of this agent or of netmon stats beside it, or sysctl kernel.bpf_stats_enabled=1";
        }

        using (statistics)
        {
            var before = KernelInventory.OfThisProcess();
            var start = Stopwatch.GetTimestamp();
            await Task.Delay(time, cancellationToken);
            var taken = Stopwatch.GetElapsedTime(start);
            // Who asks may have switched it on, with rights that this process gave up.
            return refusal is null || RunsOf(KernelInventory.OfThisProcess()) > RunsOf(before)
                ? new Measurement(always ? SwitchName : "for the time of the question", taken, before)
                : new Measurement(refusal, TimeSpan.Zero, Before: null);
        }
    }

    private static ulong RunsOf(KernelInventory inventory) =>
        inventory.Programs.Aggregate(0ul, (sum, program) => sum + program.Runs);

    private static bool IsAlwaysOn()
    {
        try
        {
            return File.ReadAllText(Switch).AsSpan().Trim() is "1";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Write(
        Utf8JsonWriter json,
        Measurement measured,
        KernelInventory now,
        AgentReport report
    )
    {
        json.WriteString("statistics", measured.By);
        json.Figure("measured_seconds", measured.Time.TotalSeconds);
        var before = (measured.Before?.Programs ?? []).ToDictionary(program => program.Id);
        json.Objects(
            "programs",
            now.Programs,
            program => WriteProgram(json, program, before.GetValueOrDefault(program.Id), measured.Time)
        );
        var flows = Entries(report, "flows");
        json.Objects("maps", now.Maps, map => WriteMap(json, map, flows));
        json.WriteNumber("program_memory_bytes", now.Programs.Sum(program => program.MemoryBytes));
        json.WriteNumber("map_memory_bytes", now.Maps.Sum(map => map.MemoryBytes));
    }

    private static void WriteProgram(
        Utf8JsonWriter json,
        ProgramDescription program,
        ProgramDescription? before,
        TimeSpan time
    )
    {
        json.WriteString("name", program.Name);
        json.WriteNumber("id", program.Id);
        json.WriteString("type", program.Type);
        if (before is not null)
        {
            var runs = program.Runs - before.Runs;
            var ns = program.RunTimeNs - before.RunTimeNs;
            json.WriteNumber("measured_runs", runs);
            json.WriteNumber("measured_ns", ns);
            json.Figure("ns_per_run", runs == 0 ? 0 : (double)ns / runs, digits: 1);
            json.Figure("runs_per_second", runs / time.TotalSeconds, digits: 1);
            json.Figure("cpu_percent", ns / time.TotalNanoseconds * 100, digits: 4);
        }

        json.WriteNumber("runs", program.Runs);
        json.WriteNumber("run_time_ns", program.RunTimeNs);
        json.WriteNumber("missed", program.Missed);
        json.WriteNumber("memory_bytes", program.MemoryBytes);
    }

    private static void WriteMap(Utf8JsonWriter json, MapDescription map, double? flows)
    {
        json.WriteString("name", map.Name);
        json.WriteNumber("id", map.Id);
        json.WriteString("type", map.Type);
        json.WriteNumber("key_size", map.KeySize);
        json.WriteNumber("value_size", map.ValueSize);
        // The flow map is too large to walk; its programs count what they put in and take out.
        if (map.Entries is { } entries)
        {
            json.WriteNumber("entries", entries);
        }
        else if (map.Name == "flows" && flows is { } counted)
        {
            json.WriteNumber("entries", (long)counted);
        }

        json.WriteNumber("max_entries", map.MaxEntries);
        json.WriteNumber("memory_bytes", map.MemoryBytes);
    }

    private static double? Entries(AgentReport report, string map) =>
        report
            .Registry.Read(Instruments.MapEntries.Name)
            .Where(sample => sample.Labels.Any(label => label.Value == map))
            .Select(sample => (double?)sample.Value)
            .FirstOrDefault();
}
