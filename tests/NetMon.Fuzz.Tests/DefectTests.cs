using System.Runtime.InteropServices;
using System.Text;
using NetMon.Bpf.Records;
using NetMon.Fuzz.Running;

namespace NetMon.Fuzz.Tests;

/// <summary>Inputs that did harm once.</summary>
public sealed class DefectTests
{
    [Theory]
    [InlineData("protocol-counters", "Tcp: InErrs\n \nTcp: 1\n", "a line of spaces was out of bounds")]
    [InlineData("softnet", "0 0 0 0 0 0 0 0 0 0 0 0 ffffffff", "a CPU had a number below 0")]
    [InlineData("softnet", "0 ffffffffffffffff 0", "more bits than the kernel's numbers were negative")]
    [InlineData(
        "device-counters",
        "a\nb\n  : 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n",
        "a device had no name"
    )]
    [InlineData("settings", "flow:\n  \0: 1\nlog: {level: info}\n", "a NUL was the end, and an exception")]
    [InlineData("kubeconfig", "clusters:\n - \0: 1\n", "the same")]
    [InlineData("client-flow-lists", """{"time":"\ud800","total":1}""", "half a surrogate was an exception")]
    [InlineData("client-flow-lines", """{"\ud800":1}""", "half a surrogate was an exception")]
    [InlineData(
        "body-trace",
        """{"seconds":1e300}""",
        "no span of time was that long: an error of the server"
    )]
    [InlineData("body-trace", """{"\ud800":1}""", "half a surrogate was an error of the server")]
    public void Text(string decoder, string input, string what) =>
        Check(decoder, Encoding.UTF8.GetBytes(input), what);

    [Theory]
    [InlineData("settings")]
    [InlineData("kubeconfig")]
    public void Nesting_takes_neither_time_nor_stack(string decoder)
    {
        Check(decoder, Encoding.UTF8.GetBytes(new string('[', 16_000)), "it took the square of the depth");
        Check(decoder, Encoding.UTF8.GetBytes(new string('{', 16_000)), "it took the square of the depth");
    }

    [Fact]
    public void A_record_of_the_ring_that_ends_beyond_what_was_produced_is_none()
    {
        var record = new byte[16];
        BitConverter.TryWriteBytes(record, Marshal.SizeOf<SocketEvent>());
        Check("ring", record, "more was consumed than was produced");
    }

    [Fact]
    public void A_socket_s_end_is_one_of_two()
    {
        var one = new SocketEvent { Kind = SocketKind.Seen, LocalEnd = 2 };
        Check("socket-records", Bytes(one), "it was out of bounds");
    }

    [Fact]
    public void The_end_that_sent_dropped_packets_is_one_of_two_and_counts_are_not_negative()
    {
        var (key, value) = (new DropKey { From = 2 }, new DropValue { Packets = 1 });
        Check("drop-records", [.. Bytes(key), .. Bytes(value)], "it was out of bounds");
        (key.From, value.Bytes) = (0, ulong.MaxValue);
        Check("drop-records", [.. Bytes(key), .. Bytes(value)], "a counter was to go down");
    }

    [Fact]
    public void A_rate_beyond_what_readers_of_JSON_take_is_cut()
    {
        var key = new Agent.Tests.Records.TestFlow("10.0.0.1:40000", "192.0.2.7:443");
        var one = new SocketEvent
        {
            Key = key.Key,
            Kind = SocketKind.Seen,
            LocalEnd = (byte)key.Initiator,
            TimeNs = (ulong)System.Diagnostics.Stopwatch.GetTimestamp() * 2,
            DeliveryRate = ulong.MaxValue,
            HasFigures = 1,
        };
        one.Owner.Netns = 1;
        one.Owner.Pid = 7;
        Check("socket-records", Bytes(one), "the flow's JSON could not be read");
    }

    [Fact]
    public void A_record_of_a_flow_with_impossible_counts_is_counted_as_failed()
    {
        var record = new Agent.Tests.Records.TestFlow("10.0.0.1:40000", "192.0.2.7:443")
            .Established()
            .Record(RecordReason.Open, (1ul << 63, 60));
        Check("flow-records", Bytes(record), "counting the failure threw");
    }

    private static void Check(string decoder, byte[] input, string what)
    {
        var failure = new FuzzRun(DecoderTable.Find(decoder), 1).RunOne(input);
        Assert.True(failure is null, $"{what}: {failure?.What}");
    }

    private static byte[] Bytes<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();
}
