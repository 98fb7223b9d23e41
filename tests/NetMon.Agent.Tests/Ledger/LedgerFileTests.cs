using NetMon.Agent.Ledger;
using NetMon.Agent.Options;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Records;
using NetMon.Testing;
using static NetMon.Agent.Tests.Ledger.OpenedLedger;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>What an agent finds that starts: files of another boot, of other settings, or not whole.</summary>
[Collection(Alone.Name)]
public sealed class LedgerFileTests : IDisposable
{
    private static readonly Guid Boot = Guid.NewGuid();

    private readonly string _directory = Directory.CreateTempSubdirectory("netmon-ledger-").FullName;

    private string Checkpoint => Path.Combine(_directory, "checkpoint");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Figures_and_flows_go_on_after_a_checkpoint_and_after_none()
    {
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();
        using (var first = Open(out var agent, out _))
        {
            Take(first, agent, flow.Record(RecordReason.Open, (3, 180), (2, 120)));
            Assert.True(first.Checkpoint(0));
            Take(first, agent, flow.Record(RecordReason.Update, (1, 60)));
        }

        using var second = Open(out var next, out var counters);
        Assert.Equal(1, counters.RestoredFlows);
        Assert.Equal(1, counters.Replayed);
        Assert.Equal(4, Sent(next));
        var kept = Assert.Single(next.Flows());
        Assert.Equal((4, 2), (kept.Total.Sent.Packets, kept.Total.Received.Packets));

        Take(second, next, flow.Record(RecordReason.End, (1, 60)));
        Assert.Equal(5, Sent(next));
        Assert.Equal(1, next.Samples("netmon_flows_total").Values.Sum());
        Assert.Equal(1, Connects(next));
        Assert.Equal(0, next.Samples("netmon_flows_active").Values.Sum());
        Assert.Equal(0, next.Table.Count);
    }

    [Fact]
    public void A_ledger_of_an_earlier_start_of_the_machine_is_ignored()
    {
        Leave();
        using var ledger = Open(out var agent, out var counters, boot: Guid.NewGuid());
        Assert.Empty(agent.Samples("netmon_packets_total"));
        Assert.All(LedgerRefusal.All, reason => Assert.Equal(0, counters.Refused(reason)));
    }

    [Fact]
    public void A_checkpoint_with_any_byte_changed_or_cut_off_is_refused_and_the_agent_starts()
    {
        Leave();
        var whole = File.ReadAllBytes(Checkpoint);
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var bytes = whole.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            File.WriteAllBytes(Checkpoint, i % 2 == 0 ? bytes : whole[..random.Next(whole.Length)]);
            using var ledger = Open(out var agent, out var counters);
            Assert.Empty(agent.Samples("netmon_packets_total"));
            Assert.Equal(1, LedgerRefusal.All.Sum(counters.Refused));
        }
    }

    [Fact]
    public void A_journal_of_any_bytes_does_no_harm()
    {
        Leave();
        var whole = File.ReadAllBytes(Checkpoint);
        var journal = Directory.EnumerateFiles(_directory, "journal.*").Single();
        var entries = File.ReadAllBytes(journal);
        var random = new Random(2);
        for (var i = 0; i < 200; i++)
        {
            Array.ForEach(Directory.GetFiles(_directory), File.Delete);
            var bytes = entries.ToArray();
            for (var change = 0; change < 4; change++)
            {
                bytes[random.Next(Journal.HalvesOffset + 1024)] ^= (byte)random.Next(1, 256);
                bytes[
                    Journal.HalvesOffset + (bytes.Length / 2) - (Journal.HalvesOffset / 2) + random.Next(1024)
                ] ^= (byte)random.Next(1, 256);
            }

            File.WriteAllBytes(Checkpoint, whole);
            File.WriteAllBytes(journal, bytes);
            using var ledger = Open(out var agent, out _);
            Take(ledger, agent, new TestFlow("10.0.0.1:1", "10.0.0.2:2").Record(RecordReason.Open, (1, 60)));
        }
    }

    [Fact]
    public void A_journal_of_records_with_another_layout_is_read_by_the_names_of_their_fields()
    {
        LeaveRecords();
        OtherLayout.Apply(_directory);
        using var ledger = Open(out var agent, out var counters);
        Assert.All(LedgerRefusal.All, reason => Assert.Equal(0, counters.Refused(reason)));
        Assert.Equal(2, counters.Replayed);
        Assert.Equal(6, Sent(agent));
    }

    [Fact]
    public void A_journal_that_does_not_say_what_its_records_mean_is_refused_and_the_agent_starts_from_the_checkpoint()
    {
        LeaveRecords();
        var journal = Directory.EnumerateFiles(_directory, "journal.*").Single();
        var (whole, entries) = (File.ReadAllBytes(Checkpoint), File.ReadAllBytes(journal));
        var own = Journal.LayoutOf(entries).ToArray();
        var random = new Random(3);
        List<byte[]> descriptions =
        [
            [],
            [.. Enumerable.Repeat((byte)0xff, own.Length)],
            OtherLayout.Describe(360, []),
            OtherLayout.Describe(8, [("reason", 0, 8, 1)]),
            OtherLayout.Describe(1 << 20, [("key.protocol", 0, 1, 1)]),
            OtherLayout.Describe(16, [("key.protocol", 12, 8, 1)]),
            OtherLayout.Describe(16, [("key.protocol", -1, 1, 1)]),
            OtherLayout.Describe(16, [("key.protocol", 0, 8, int.MaxValue)]),
            OtherLayout.Describe(16, [("key.protocol", 0, 3, 1)]),
            OtherLayout.Describe(16, [("key.protocol", 0, 1, 1), ("key.protocol", 1, 1, 1)]),
        ];
        for (var i = 0; i < 100; i++)
        {
            var changed = own.ToArray();
            changed[random.Next(1000)] ^= (byte)random.Next(1, 256);
            descriptions.Add(changed);
        }

        foreach (var description in descriptions)
        {
            Array.ForEach(Directory.GetFiles(_directory), File.Delete);
            var bytes = entries.ToArray();
            var place = bytes.AsSpan(Journal.LayoutOffset, own.Length);
            place.Clear();
            description.CopyTo(place);
            File.WriteAllBytes(Checkpoint, whole);
            File.WriteAllBytes(journal, bytes);
            using var ledger = Open(out var agent, out var counters);
            Assert.Equal(1, counters.Refused(LedgerRefusal.Layout));
            Assert.Equal(3, Sent(agent));
            Take(ledger, agent, new TestFlow("10.0.0.1:1", "10.0.0.2:2").Record(RecordReason.Open, (1, 60)));
        }
    }

    [Fact]
    public void Records_of_any_layout_that_agents_write_have_room_in_the_journal()
    {
        Assert.InRange(RecordLayout.Own.RecordBytes, 8, SparseRecord.MaxWords * sizeof(ulong));
        Assert.InRange(SweepChunk.Size * RecordLayout.Own.RecordBytes, 1, Journal.ChunkBytes - 64);
        Assert.InRange(
            RecordLayout.Own.Describe().Length,
            1,
            Journal.HeaderBytes - Journal.LayoutOffset - 2048
        );
    }

    [Fact]
    public void Figures_with_other_labels_start_anew_and_that_is_said()
    {
        Leave();
        using var ledger = Open(out var agent, out var counters, labels: ["src_ip", "protocol"]);
        Assert.Empty(agent.Samples("netmon_packets_total"));
        Assert.Equal(1, counters.Refused(LedgerRefusal.Labels));
        Assert.Equal(1, counters.RestoredFlows);
    }

    [Fact]
    public void With_less_room_for_series_what_has_none_goes_to_the_rest()
    {
        using (var first = Open(out var agent, out _))
        {
            for (var i = 1; i <= 20; i++)
            {
                Take(
                    first,
                    agent,
                    new TestFlow("10.0.0.1:40000", $"10.0.1.{i}:80").Record(RecordReason.Open, (1, 60))
                );
            }

            Assert.True(first.Checkpoint(0));
        }

        using var ledger = Open(out var next, out _, maxSeries: 5);
        var samples = next.Samples("netmon_packets_total");
        Assert.Equal(20, samples.Values.Sum());
        Assert.Equal(6, samples.Count);
        Assert.Equal(5, next.Samples("netmon_series")["{family=\"netmon_packets_total\"}"]);
    }

    [Fact]
    public void A_record_costs_no_allocation()
    {
        using var ledger = Open(out var agent, out _);
        var flows = new FlowRecord[256][];
        for (var i = 0; i < flows.Length; i++)
        {
            var flow = new TestFlow($"10.0.0.{i % 64}:{40000 + i}", "10.0.0.2:80").Established();
            flows[i] =
            [
                flow.Record(RecordReason.Open, (3, 180), (1, 60)),
                flow.Record(RecordReason.Update, (3, 180), (1, 60)),
                flow.Record(RecordReason.End, (3, 180), (1, 60)),
            ];
        }

        Assert.Equal(0, Allocation.Of(Round));

        void Round()
        {
            for (var step = 0; step < 3; step++)
            {
                foreach (var records in flows)
                {
                    ledger.Ring(in records[step], 0);
                    agent.Pipeline.Process(in records[step]);
                }
            }
        }
    }

    [Fact]
    public void A_full_journal_makes_a_checkpoint_and_nothing_is_lost()
    {
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80");
        const int Records = 20_000;
        using (var first = Open(out var agent, out var counters))
        {
            for (var i = 0; i < Records; i++)
            {
                Take(first, agent, flow.Record(RecordReason.Update, (1, 60)));
            }

            Assert.InRange(counters.Checkpoints, 2, 100);
            Assert.Equal(0, counters.Unjournaled);
        }

        using var ledger = Open(out var next, out _);
        Assert.Equal(Records, Sent(next));
    }

    [Fact]
    public void Where_a_full_journal_finds_no_room_for_a_checkpoint_it_is_not_tried_with_each_record()
    {
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80");
        const int Records = 20_000;
        var now = 0ul;
        using (var first = Open(out var agent, out var counters, clock: () => now))
        {
            // In its place nothing can be written.
            var obstacle = Directory.CreateDirectory(Path.Combine(_directory, "checkpoint.new"));
            for (var i = 0; i < Records; i++)
            {
                Take(first, agent, flow.Record(RecordReason.Update, (1, 60)));
            }

            Assert.Equal(1, counters.Failures);
            Assert.InRange(counters.Unjournaled, 1, Records);
            Assert.Equal(Records, Sent(agent));

            obstacle.Delete();
            now += 1_000_000_000;
            Take(first, agent, flow.Record(RecordReason.Update, (1, 60)));
        }

        using var ledger = Open(out var next, out _);
        Assert.Equal(Records + 1, Sent(next));
    }

    [Fact]
    public void A_checkpoint_that_fails_in_whatever_way_leaves_the_one_before_in_force()
    {
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80");
        var isFaulty = false;
        using (
            var first = Open(
                out var agent,
                out var counters,
                step: () =>
                {
                    if (isFaulty)
                    {
                        throw new InvalidOperationException("a fault");
                    }
                }
            )
        )
        {
            Take(first, agent, flow.Record(RecordReason.Open, (1, 60)));
            isFaulty = true;
            Assert.False(first.Checkpoint(0));
            isFaulty = false;
            Take(first, agent, flow.Record(RecordReason.Update, (2, 120)));
            Assert.Equal(1, counters.Failures);
        }

        using var ledger = Open(out var next, out _);
        Assert.Equal(3, Sent(next));
    }

    private void Leave()
    {
        using var ledger = Open(out var agent, out _);
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();
        Take(ledger, agent, flow.Record(RecordReason.Open, (3, 180), (2, 120)));
        Assert.True(ledger.Checkpoint(0));
    }

    // A checkpoint with 3 packets, and two records after it.
    private void LeaveRecords()
    {
        using var ledger = Open(out var agent, out _);
        var flow = new TestFlow("10.0.0.1:40000", "10.0.0.2:80").Established();
        Take(ledger, agent, flow.Record(RecordReason.Open, (3, 180), (2, 120)));
        Assert.True(ledger.Checkpoint(0));
        Take(ledger, agent, flow.Record(RecordReason.Update, (1, 60)));
        Take(ledger, agent, flow.Record(RecordReason.Update, (2, 120)));
    }

    private FlowLedger Open(
        out PipelineUnderTest agent,
        out LedgerCounters counters,
        Guid? boot = null,
        string[]? labels = null,
        int maxSeries = 1000,
        Func<ulong>? clock = null,
        Action? step = null
    )
    {
        agent = new PipelineUnderTest(
            follow: false,
            metrics: new MetricsOptions
            {
                MaxSeries = maxSeries,
                Labels = labels ?? ["src_ip", "dst_ip", "protocol"],
            }
        );
        counters = new LedgerCounters();
        return OpenedLedger.Open(_directory, boot ?? Boot, agent, counters, clock, step);
    }

    private static double Sent(PipelineUnderTest agent) =>
        agent
            .Samples("netmon_packets_total")
            .Single(sample => sample.Key.StartsWith("{src_ip=\"10.0.0.1\"", StringComparison.Ordinal))
            .Value;

    private static double Connects(PipelineUnderTest agent) =>
        agent
            .Samples("netmon_latency_seconds_count")
            .Single(sample => sample.Key.Contains("\"connect\"", StringComparison.Ordinal))
            .Value;
}
