using Microsoft.Extensions.Logging;
using NetMon.Agent.Logging;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Ledger;

/// <summary>What an earlier process left.</summary>
/// <param name="Generation">Of its last checkpoint; 0: there was none.</param>
/// <param name="Positions">Up to where it took records.</param>
/// <param name="Left">What it did not process, or without knowing whose it is; swept records last.</param>
internal sealed record LedgerState(ulong Generation, LedgerPositions Positions, LeftRecord[] Left);

/// <summary>A record that an earlier process left.</summary>
/// <param name="record">The record.</param>
/// <param name="isSwept">Its sweeper had read it last: what is on the ring is older.</param>
internal readonly struct LeftRecord(in FlowRecord record, bool isSwept)
{
    public readonly FlowRecord Record = record;
    public readonly bool IsSwept = isSwept;
}

/// <summary>Brings back what an earlier process had counted.</summary>
internal static class LedgerRestore
{
    /// <summary>Into an agent that has counted nothing yet. What cannot be used is said, counted, and left out.</summary>
    public static LedgerState Read(
        LedgerFolder folder,
        LedgerParts parts,
        LedgerCounters counters,
        ILogger logger
    )
    {
        var none = new LedgerState(0, default, []);
        CheckpointHead head;
        try
        {
            if (!File.Exists(folder.CheckpointPath))
            {
                return none;
            }

            var file = File.ReadAllBytes(folder.CheckpointPath);
            head = CheckpointReader.ReadHead(file);
            if (head.Boot != folder.Boot)
            {
                AgentLog.LedgerOfEarlierBoot(logger);
                return none with { Generation = head.Generation };
            }

            var reader = new CheckpointReader(parts);
            reader.Read(file);
            counters.RestoredFlows = reader.Flows;
            foreach (var labels in reader.Missing)
            {
                Refuse(LedgerRefusal.Labels, $"figures with the labels {labels} have no place now");
            }
        }
        catch (LedgerException error)
        {
            Refuse(error.Reason, error.Message);
            return none;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refuse(LedgerRefusal.Files, error.Message);
            return none;
        }

        JournalReplay? replay = null;
        var swept = new List<FlowRecord>();
        try
        {
            var start = new byte[Journal.HalvesOffset];
            var entries = ReadJournal(folder, in head, start);
            var records = new JournalRecords(start);
            if (records.AreOther)
            {
                AgentLog.LedgerOfOtherLayout(logger, string.Join(", ", records.Lost));
            }

            replay = new JournalReplay(parts, records) { Positions = head.Positions };
            replay.Read(entries);
            ReadChunks(start, records, in replay.Positions, swept);
        }
        catch (LedgerException error)
        {
            Refuse(error.Reason, error.Message);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refuse(LedgerRefusal.Files, error.Message);
        }

        swept.ForEach(_ => parts.Metrics.Replayed());
        counters.Replayed = replay?.Records ?? 0;
        counters.RestoredSeries = parts.Series.Sum(table => table.Restored);
        AgentLog.LedgerRestored(logger, counters.RestoredSeries, counters.RestoredFlows, counters.Replayed);
        var left = (replay?.Left ?? []).Concat(swept.Select(record => new LeftRecord(record, isSwept: true)));
        return new(
            head.Generation,
            replay?.Positions ?? head.Positions,
            [.. left.OrderBy(one => one.IsSwept)]
        );

        void Refuse(string reason, string message)
        {
            counters.AddRefusal(reason);
            AgentLog.LedgerRefused(logger, reason, message);
        }
    }

    /// <returns>The entries after the checkpoint.</returns>
    private static byte[] ReadJournal(LedgerFolder folder, in CheckpointHead head, byte[] start)
    {
        var path = folder.JournalPath(head.Journal);
        if (path is null || !File.Exists(path))
        {
            throw new LedgerException(LedgerRefusal.Files, "its journal is not there");
        }

        using var file = File.OpenHandle(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete
        );
        ReadAll(file, start, 0);
        var entries = new byte[Journal.LengthOf(start, head.Generation, folder.Boot, out var offset)];
        ReadAll(file, entries, offset);
        return entries;
    }

    // What was read out of the kernel last, and is not in the journal.
    private static void ReadChunks(
        byte[] start,
        JournalRecords records,
        in LedgerPositions positions,
        List<FlowRecord> swept
    )
    {
        var chunk = start.AsSpan(Journal.ChunkOffset, Journal.ChunkBytes);
        var left = records.Left(chunk, out var sequence);
        for (var i = 0; i < left.Count; i++)
        {
            if (LedgerPositions.SweepPosition(sequence, i) > positions.Sweep)
            {
                swept.Add(left[i]);
            }
        }

        swept.AddRange(
            EarlierChunk.Left(start.AsSpan(Journal.EarlierOffset, EarlierChunk.Bytes), positions.Earlier)
        );
    }

    private static void ReadAll(
        Microsoft.Win32.SafeHandles.SafeFileHandle file,
        Span<byte> bytes,
        long offset
    )
    {
        while (!bytes.IsEmpty)
        {
            var count = RandomAccess.Read(file, bytes, offset);
            if (count == 0)
            {
                throw new LedgerException(LedgerRefusal.Corrupt, "the journal is cut off");
            }

            bytes = bytes[count..];
            offset += count;
        }
    }
}
