using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using NetMon.Agent.Drops;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Tests.Drops;
using NetMon.Agent.Tests.Records;
using NetMon.Agent.Tests.Sockets;
using NetMon.Bpf.Records;
using NetMon.Core.Drops;
using NetMon.Core.Flows;
using NetMon.Core.Metrics;
using NetMon.Fuzz.Mutation;

namespace NetMon.Fuzz.Decoders;

/// <summary>
/// Records of the kernel's side, on the whole way to flows, metrics and JSON. They come from our own programs: whatever is in their fields, nothing throws, and
/// what is written of them can be read.
/// </summary>
internal static class RecordDecoders
{
    private const int ScrapeEach = 1024;

    public static IReadOnlyList<(string Name, Func<string, Decoder> Make)> All { get; } =
    [
        ("flow-records", Flows),
        ("drop-records", Drops),
        ("socket-records", Sockets),
        ("ring", name => RingDecoder.Make(name)),
    ];

    private static Decoder Flows(string name)
    {
        var tcp = new TestFlow("10.0.0.1:40000", "192.0.2.7:443").Established();
        var udp = new TestFlow("10.0.0.1:5353", "192.0.2.7:53", IpProtocol.Udp);
        var six = new TestFlow("[fd00::1]:40000", "[fd00::2]:80").With(FlowFlags.IPv6).Established();
        FlowRecord[] records =
        [
            tcp.Record(RecordReason.Open, sent: (1, 60)),
            tcp.Record(RecordReason.Update, (10, 1500), (8, 12000)),
            tcp.Record(RecordReason.Close, (2, 100), (1, 52)),
            tcp.Record(RecordReason.End),
            udp.Record(RecordReason.Open, sent: (1, 70)),
            six.Record(RecordReason.Open, (1, 80), (1, 80)),
        ];
        return new Decoder(name, "struct flow_record", [.. records.Select(Bytes)], OpenFlows)
        {
            Grammar = Grammar.Fields,
            // A scrape is among them, and the table grows.
            Allocation = (4 * 1024 * 1024, 1024),
        };
    }

    private static Decode OpenFlows()
    {
        var agent = new PipelineUnderTest(capacity: 1000, maxSeries: 100, follow: false);
        var output = new ArrayBufferWriter<byte>(4096);
        var count = 0;
        return input =>
        {
            var record = Read<FlowRecord>(input);
            agent.Process(in record);
            if (++count % ScrapeEach == 0)
            {
                agent.Registry.Write(new ArrayBufferWriter<byte>(), ExpositionFormat.PrometheusText);
            }

            var slot = agent.Table.FindLatest(in record.Key);
            if (slot < 0 || !agent.Table.TryRead(slot, out var flow))
            {
                return false;
            }

            CheckJson(in flow, output);
            return true;
        };
    }

    private static void CheckJson(in Flow flow, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(output))
        {
            FlowJson.Write(json, in flow, new FlowJsonContext(0, _ => null));
        }

        BrokenException.Unless(
            FlowJsonReader.TryReadLine(output.WrittenSpan, out _),
            $"the JSON of a flow cannot be read: {Encoding.UTF8.GetString(output.WrittenSpan)}"
        );
    }

    private static Decoder Drops(string name)
    {
        var flow = new TestFlow(
            Agent.Tests.Attribution.NodeUnderTest.Client,
            Agent.Tests.Attribution.NodeUnderTest.Web
        );
        DropSample[] samples =
        [
            DropsUnderTest.Drop(flow, DropsUnderTest.Netfilter),
            DropsUnderTest.Drop(flow, DropsUnderTest.NoSocket, reply: true, DropPath.Forward),
            DropsUnderTest.Drop(flow, 0x1_0001, path: DropPath.Send, netns: DropsUnderTest.PodNetns),
        ];
        var seeds = samples.Select(one => (byte[])[.. Bytes(one.Key), .. Bytes(one.Value)]);
        return new Decoder(name, "struct drop_key, struct drop_value", [.. seeds], OpenDrops)
        {
            Grammar = Grammar.Fields,
            Allocation = (4 * 1024 * 1024, 1024),
        };
    }

    private static Decode OpenDrops()
    {
        var drops = new DropsUnderTest();
        var output = new ArrayBufferWriter<byte>(4096);
        var count = 0;
        return input =>
        {
            var key = Read<DropKey>(input);
            var value = Read<DropValue>(input[Math.Min(input.Length, Unsafe.SizeOf<DropKey>())..]);
            drops.Add(new DropSample { Key = key, Value = value });
            drops.Look(last: true);
            if (++count % ScrapeEach == 0)
            {
                drops.Node.Agent.Registry.Write(
                    new ArrayBufferWriter<byte>(),
                    ExpositionFormat.PrometheusText
                );
            }

            var all = drops.Log.Read();
            foreach (var drop in all.Take(1))
            {
                output.ResetWrittenCount();
                using (var json = new Utf8JsonWriter(output))
                {
                    DropJson.Write(json, drop, new FlowJsonContext(0, _ => null));
                }

                BrokenException.Unless(
                    DropJsonReader.TryReadLine(output.WrittenSpan, out _, out _),
                    "the JSON of a drop cannot be read"
                );
            }

            return all.Length > 0;
        };
    }

    private static Decoder Sockets(string name)
    {
        SocketEvent[] events =
        [
            ScriptedSockets.Event(SocketKind.Opened, "10.0.0.1:40000", "192.0.2.7:443", 77, "curl"),
            ScriptedSockets.Event(SocketKind.Seen, "10.0.0.2:40000", "192.0.2.7:443", 78, "nginx", netns: 77),
            ScriptedSockets.Event(SocketKind.Bound, "0.0.0.0:80", null, 79, "nginx", home: "10.0.0.2"),
            ScriptedSockets.Event(SocketKind.Unbound, "0.0.0.0:80", null, 79, "nginx"),
            ScriptedSockets.Event(SocketKind.Closed, "10.0.0.1:40000", "192.0.2.7:443", 77, "curl"),
        ];
        return new Decoder(name, "struct socket_event", [.. events.Select(Bytes)], OpenSockets)
        {
            Grammar = Grammar.Fields,
            Allocation = (4 * 1024 * 1024, 1024),
        };
    }

    private static Decode OpenSockets()
    {
        var addresses = new LocalAddresses(TimeProvider.System);
        addresses.AddOwn(NetworkAddress.FromIPv4(0x0a00_0001));
        var sockets = new ScriptedSockets(addresses, maxSockets: 256);
        sockets.Cgroups[5] = "/system.slice/nginx.service";
        var sources = PipelineUnderTest.OfHost("10.0.0.1");
        var agent = new PipelineUnderTest(
            capacity: 1000,
            follow: false,
            sources: new()
            {
                View = sources.View,
                Addresses = addresses,
                Node = sources.Node,
                Clock = sources.Clock,
                Owners = sockets.Owners,
            }
        );
        var source = sockets.Connect(agent.Table);
        var record = new TestFlow("10.0.0.1:40000", "192.0.2.7:443")
            .Established()
            .Record(RecordReason.Open, (1, 60));
        agent.Process(in record);
        var output = new ArrayBufferWriter<byte>(4096);
        return input =>
        {
            var one = Read<SocketEvent>(input);
            source.Apply(in one);
            source.Take(one.TimeNs, last: false);
            if (agent.Table.TryRead(agent.Table.FindLatest(in record.Key), out var flow))
            {
                CheckJson(in flow, output);
                return flow.SourceOwner is not null;
            }

            return false;
        };
    }

    private static byte[] Bytes<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    /// <summary>A struct of bytes that may be too few.</summary>
    private static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        T value = default;
        var to = MemoryMarshal.AsBytes(new Span<T>(ref value));
        bytes[..Math.Min(bytes.Length, to.Length)].CopyTo(to);
        return value;
    }
}
