using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Cluster;

/// <summary>What the parts of the model share. Writers take <see cref="Gate"/>.</summary>
internal sealed class ModelState(TimeProvider time, TimeSpan history)
{
    public Lock Gate { get; } = new();

    public long HistoryNs { get; } = history.Ticks * TimeSpan.NanosecondsPerTick;

    public AddressBook Addresses { get; } = new(history.Ticks * TimeSpan.NanosecondsPerTick);

    public WorkloadPool Workloads { get; } = new();

    public LabelPool Labels { get; } = new();

    /// <summary>Nanoseconds of the Unix epoch.</summary>
    public long Now() =>
        (time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * TimeSpan.NanosecondsPerTick;
}
