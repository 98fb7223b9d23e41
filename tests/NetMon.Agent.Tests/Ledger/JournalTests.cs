using System.Globalization;
using NetMon.Agent.Ledger;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>The room that a journal takes of its file system.</summary>
public sealed class JournalTests : IDisposable
{
    private const int Bytes = 8 << 20;
    private const int Little = 1 << 20;

    private readonly string _directory = Directory
        .CreateDirectory(Path.Combine("/dev/shm", $"netmon-journal-{Guid.NewGuid():N}"))
        .FullName;

    private readonly Journal _journal;

    public JournalTests() =>
        _journal = new Journal(
            Path.Combine(_directory, "journal"),
            Bytes,
            RecordLayout.Own.Describe(),
            Guid.Empty
        );

    public void Dispose()
    {
        _journal.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Room_that_is_not_needed_is_given_back_and_what_was_committed_stays()
    {
        _journal.Begin(1);
        Fill();
        Assert.InRange(Allocated(), Bytes / 2, Bytes);

        _journal.Begin(2);
        Assert.True(_journal.TryRoom());
        Add(7);
        _journal.Commit();
        _journal.Trim(before: false, keep: 0);
        Assert.InRange(Allocated(), Bytes / 2, Bytes);
        var before = _journal.Entries(1).ToArray();

        _journal.Trim(before: true, keep: 0);
        Assert.InRange(Allocated(), 1, Little);
        var entries = _journal.Entries(2);
        Assert.True(JournalReplay.TryTake(ref entries, out var header, out _));
        Assert.Equal(JournalKind.Record, header.Kind);
        Assert.True(before.Length > Bytes / 2 - (2 * Journal.MaxGroup));
    }

    [Fact]
    public void Room_that_was_given_back_is_taken_again()
    {
        for (var generation = 1ul; generation < 6; generation++)
        {
            _journal.Begin(generation);
            Fill();
            _journal.Trim(before: true, keep: 0);
            var count = 0;
            var entries = _journal.Entries(generation);
            while (JournalReplay.TryTake(ref entries, out var header, out var payload))
            {
                Assert.True(JournalRecords.TryReadOwn(header.Origin, payload, out var record));
                Assert.Equal((ulong)count++, record.TimeNs);
            }

            Assert.InRange(count, 1000, int.MaxValue);
        }
    }

    [Fact]
    public void What_is_to_be_kept_is()
    {
        _journal.Begin(1);
        Fill();
        var most = Allocated();
        _journal.Begin(2);
        _journal.Trim(before: true, keep: Bytes / 4);
        Assert.InRange(Allocated(), Bytes / 4, most - Little);
    }

    private void Fill()
    {
        for (var i = 0ul; _journal.TryRoom(); i++)
        {
            Add(i);
        }

        _journal.Commit();
    }

    private void Add(ulong time)
    {
        var record = new FlowRecord { TimeNs = time };
        record.Key.Protocol = 6;
        record.Traffic.Packets[0] = 1;
        JournalWriter.Record(_journal, in record, RecordOrigin.Ring, position: 0);
    }

    private long Allocated() =>
        512 * long.Parse(Command.Run("stat", "--format=%b", _journal.Path), CultureInfo.InvariantCulture);
}
