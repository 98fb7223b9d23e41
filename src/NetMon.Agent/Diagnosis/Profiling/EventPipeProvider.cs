namespace NetMon.Agent.Diagnosis.Profiling;

/// <summary>A source of events in the runtime.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Keywords">Which of its events.</param>
/// <param name="Level">4: informational, 5: verbose.</param>
internal readonly record struct EventPipeProvider(string Name, ulong Keywords, uint Level);

/// <summary>What is recorded for a profile.</summary>
/// <remarks>Keywords: docs/core/diagnostics/runtime-garbage-collection-events and its neighbours, at learn.microsoft.com/dotnet.</remarks>
internal static class EventPipeProviders
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";

    // GC, Loader, Jit, NGen, Interop and others that a reader needs to name methods.
    private const ulong Names = 0x14C14FCCBD;
    private const ulong Collector = 0x1;

    /// <summary>Stacks of all threads, each millisecond, whether they run or wait.</summary>
    public static IReadOnlyList<EventPipeProvider> Cpu { get; } =
    [new("Microsoft-DotNETCore-SampleProfiler", 0, 4), new(Runtime, Names, 4)];

    /// <summary>A stack for each 100 kB that are allocated (AllocationTick), and collections.</summary>
    public static IReadOnlyList<EventPipeProvider> Allocations { get; } = [new(Runtime, Collector, 5)];
}
