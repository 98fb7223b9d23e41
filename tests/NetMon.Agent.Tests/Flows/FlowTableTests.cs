using System.Runtime.CompilerServices;
using NetMon.Agent.Flows;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Flows;

public sealed class FlowTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_holds_what_a_dictionary_would_under_random_additions_and_removals(int seed)
    {
        var random = new Random(seed);
        var table = new FlowTable(20_000);
        var expected = new Dictionary<(int Key, ulong Start), ulong>();
        var identities = new List<(int Key, ulong Start)>();
        for (var i = 0; i < 200_000; i++)
        {
            // First mostly growing, then mostly shrinking, so that tables and slabs come and go.
            var grow = i < 100_000 ? 0.6 : 0.4;
            if (random.NextDouble() < grow)
            {
                var identity = (random.Next(5000), (ulong)random.Next(1, 20));
                var key = Key(identity.Item1);
                var slot = table.Find(in key, identity.Item2);
                Assert.Equal(expected.ContainsKey(identity), slot >= 0);
                if (slot < 0)
                {
                    slot = table.Add(in key, identity.Item2);
                    Assert.Equal(expected.Count < 20_000, slot >= 0);
                    if (slot >= 0)
                    {
                        expected.Add(identity, (ulong)i);
                        identities.Add(identity);
                        table.Commit(slot, Flow(identity.Item2, (ulong)i));
                    }
                }
            }
            else if (identities.Count > 0)
            {
                var at = random.Next(identities.Count);
                var identity = identities[at];
                identities[at] = identities[^1];
                identities.RemoveAt(identities.Count - 1);
                var key = Key(identity.Key);
                var slot = table.Find(in key, identity.Start);
                Assert.Equal(expected[identity], table[slot].Flow.LastNs);
                table.Remove(slot);
                expected.Remove(identity);
            }

            Assert.Equal(expected.Count, table.Count);
        }

        var read = new List<ulong>();
        for (var slot = 0; slot < table.SlotLimit; slot++)
        {
            if (table.TryRead(slot, out var flow))
            {
                read.Add(flow.LastNs);
            }
        }

        Assert.Equal(expected.Values.Order(), read.Order());
        foreach (var ((number, start), last) in expected)
        {
            var key = Key(number);
            Assert.Equal(last, table[table.Find(in key, start)].Flow.LastNs);
        }
    }

    [Fact]
    public void An_entry_takes_no_more_memory_than_was_measured_for()
    {
        // 100,000 flows within 180 MiB resident, runtime included (bench/results.md): a field more is memory more.
        Assert.InRange(Unsafe.SizeOf<FlowEntry>(), 1, 640);
    }

    [Fact]
    public void A_full_table_refuses_and_takes_again_when_a_flow_went()
    {
        var table = new FlowTable(3);
        var slots = new int[3];
        for (var i = 0; i < 3; i++)
        {
            var key = Key(i);
            slots[i] = table.Add(in key, 1);
            table.Commit(slots[i], Flow(1, 1));
        }

        var another = Key(3);
        Assert.Equal(-1, table.Add(in another, 1));
        table.Remove(slots[1]);
        Assert.True(table.Add(in another, 1) >= 0);
        Assert.Equal(3, table.Count);
    }

    [Fact]
    public void Memory_is_given_back_when_the_flows_are_gone()
    {
        var table = new FlowTable(100_000);
        for (var i = 0; i < 100_000; i++)
        {
            var key = Key(i);
            table.Commit(table.Add(in key, 1), Flow(1, 1));
        }

        Assert.Equal(98, table.SlabCount);
        for (var i = 0; i < 100_000; i++)
        {
            var key = Key(i);
            table.Remove(table.Find(in key, 1));
        }

        Assert.Equal(0, table.Count);
        Assert.Equal(0, table.SlotLimit);
        Assert.Equal(1, table.SlabCount);
    }

    [Fact]
    public void A_reader_never_sees_a_flow_half_written()
    {
        var table = new FlowTable(2048);
        using var stop = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            var random = new Random(1);
            var slots = new int[1500];
            Array.Fill(slots, -1);
            for (ulong i = 1; !stop.IsCancellationRequested; i++)
            {
                var at = random.Next(slots.Length);
                var key = Key(at);
                if (slots[at] < 0)
                {
                    slots[at] = table.Add(in key, 1);
                }
                else if (random.Next(4) == 0)
                {
                    table.Remove(slots[at]);
                    slots[at] = -1;
                    continue;
                }

                table.Commit(slots[at], Flow(1, i));
            }
        })
        {
            IsBackground = true,
        };
        writer.Start();
        var seen = 0;
        while (seen < 2_000_000)
        {
            for (var slot = 0; slot < table.SlotLimit; slot++)
            {
                if (table.TryRead(slot, out var flow))
                {
                    seen++;
                    Assert.Equal((long)flow.LastNs, flow.Total.Sent.Bytes);
                    Assert.Equal((long)flow.LastNs, flow.Total.IcmpErrors);
                    Assert.Equal((uint)flow.LastNs, flow.ConnectUs);
                }
            }
        }

        stop.Cancel();
        writer.Join();
    }

    private static Flow Flow(ulong start, ulong value)
    {
        var flow = new Flow
        {
            StartNs = start,
            LastNs = value,
            ConnectUs = (uint)value,
        };
        flow.Total.Sent.Bytes = (long)value;
        flow.Total.IcmpErrors = (long)value;
        return flow;
    }

    private static FlowKey Key(int number)
    {
        var key = default(FlowKey);
        key.Protocol = 6;
        key.Port[0] = (ushort)number;
        BitConverter.TryWriteBytes(key.Address[1], number);
        return key;
    }
}
