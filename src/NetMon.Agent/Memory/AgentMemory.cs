using System.Runtime;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Detections;
using NetMon.Agent.Drops;
using NetMon.Agent.Features;
using NetMon.Agent.Flows;
using NetMon.Agent.Logging;
using NetMon.Agent.Metrics;
using NetMon.Agent.Streaming;
using NetMon.Core.Metrics;
using NetMon.Core.Metrics.Tables;

namespace NetMon.Agent.Memory;

/// <summary>What of the agent takes memory that somebody outside decides about, and how it is cut.</summary>
internal sealed class AgentMemory
{
    // What one costs: an entry with its place in the index; a row with its labels and the cells that most have.
    private const int FlowBytes = 1200;
    private const int SeriesBytes = 4096;
    private const int EventBytes = 400;

    /// <summary>Of the limit, what the queues of all followers may take together.</summary>
    private const double FollowersShare = 0.2;

    public required Broadcaster Followers { get; init; }

    public required RecentFailures Failures { get; init; }

    public required DropLog Drops { get; init; }

    /// <summary>Null: nothing suspicious is looked for.</summary>
    public required FlowTap? Detections { get; init; }

    public required IReadOnlyList<SeriesTable> Series { get; init; }

    public required FlowTable Flows { get; init; }

    /// <summary>Begins to keep a limit, or to wait for one.</summary>
    public MemoryGuard Guard(
        MemoryLimit limit,
        MetricRegistry registry,
        FeatureSet features,
        ILogger logger,
        TimeProvider time
    )
    {
        if (limit.Bytes is not null)
        {
            Apply(limit, logger);
        }

        var guard = new MemoryGuard(
            limit.Bytes,
            Steps(),
            [
                new Growth(FlowBytes, Share: 0.5, room => Flows.Room = room),
                .. Series.Select(table => new Growth(
                    SeriesBytes,
                    0.25 / Series.Count,
                    room => table.Room = room
                )),
            ],
            () => ProcessStatus.ResidentBytes,
            Collect,
            features,
            logger,
            time,
            () => Flows.Count
        );
        guard.Register(registry);
        guard.Start();
        return guard;
    }

    /// <summary>Has a guard keep another limit, or none.</summary>
    public void Change(MemoryGuard guard, MemoryLimit limit, ILogger logger)
    {
        if (guard.Limit != limit.Bytes)
        {
            Apply(limit, logger);
            guard.Limit = limit.Bytes;
        }
    }

    private void Apply(MemoryLimit limit, ILogger logger)
    {
        BoundHeap(limit.Bytes ?? 0, logger);
        if (limit.Bytes is { } bytes)
        {
            AgentLog.MemoryLimited(logger, bytes >> 20, limit.Source);
            Followers.Ceiling = (int)(bytes * FollowersShare / Broadcaster.MaxSubscriptions / EventBytes);
        }
        else
        {
            AgentLog.MemoryUnlimited(logger, limit.Source);
            Followers.Ceiling = int.MaxValue;
        }
    }

    private ShedStep[] Steps() =>
        [
            new(
                "followers",
                () => Followers.Shorten(true),
                () => Followers.Shorten(false),
                () => Followers.Shed
            ),
            new(
                "history",
                () =>
                {
                    Failures.Shed(true);
                    Drops.Shed(true);
                },
                () =>
                {
                    Failures.Shed(false);
                    Drops.Shed(false);
                },
                () => Failures.ShedCount + Drops.ShedCount
            ),
            new(
                "detections",
                () => Detections?.Paused = true,
                () => Detections?.Paused = false,
                () => Detections?.Passed ?? 0
            ),
            new(
                "series",
                () => Close(Series, closed: true),
                () => Close(Series, closed: false),
                () => Series.Sum(table => table.Refused)
            ),
            new("flows", () => Flows.Closed = true, () => Flows.Closed = false, () => Flows.Refused),
        ];

    private static void Close(IReadOnlyList<SeriesTable> tables, bool closed)
    {
        foreach (var table in tables)
        {
            table.Closed = closed;
        }
    }

    /// <summary>Gives garbage back to the system, that of the large tables included.</summary>
    public static void Collect()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    // So that the collector works harder near the limit, whatever the machine's own memory is. 0: it goes by that again.
    private static void BoundHeap(long bytes, ILogger logger)
    {
        try
        {
            AppContext.SetData("GCHeapHardLimit", (ulong)bytes);
            GC.RefreshMemoryLimit();
        }
        catch (InvalidOperationException error)
        {
            AgentLog.HeapNotBounded(logger, error.Message);
        }
    }
}
