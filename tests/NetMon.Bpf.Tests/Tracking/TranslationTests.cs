using System.Globalization;
using System.Net.Sockets;
using NetMon.Bpf.Attaching;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.Netlink;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>
/// Where addresses are translated, the same packets make two flows: before the translation at one interface, behind it at another. Connection tracking
/// knows of both. What tells flows apart and joins them is built on what these tests say.
/// </summary>
public class TranslationTests
{
    [SkippableTheory]
    [InlineData("10.96.0.1", 80)]
    [InlineData("10.96.0.2", 80)]
    [InlineData("10.96.0.3", 80)]
    [InlineData("10.9.2.2", TranslatingRouter.MasqueradedPort)]
    [InlineData("fd96::1", 80)]
    [InlineData("fd96::2", 80)]
    [InlineData("fd96::3", 80)]
    [InlineData("fd09:2::2", TranslatingRouter.MasqueradedPort)]
    public void A_translated_flow_is_whole_on_both_sides_of_the_translation(string address, int port)
    {
        using var router = new TranslatingRouter();
        using var observed = new Observed(router);
        var serverPort = port == 80 ? TranslatingRouter.ServerPort : port;
        ConnectionTuple[] asked =
        [
            router.Talk(ProtocolType.Tcp, address, port, serverPort),
            router.Talk(ProtocolType.Udp, address, port, serverPort),
            // Only a service's address is translated for echoes, too.
            .. port == 80 ? (ConnectionTuple[])[router.Ping(address, 77)] : [],
        ];
        var connections = asked.Select(observed.Find).ToArray();
        var flows = observed.Stop();

        foreach (var connection in connections)
        {
            Assert.NotEqual(connection.Original, connection.Reply.Reversed());

            // (K1) What the client sent and got, where it entered.
            var before = flows[connection.Original];
            Assert.Equal((observed.In, observed.In | FlowStateRecord.ObserverEgress), before.Observers);

            // (K2) What the server got and sent, where it left; asked for reversed.
            var behind = flows[connection.Reply.Reversed()];
            Assert.Equal((observed.Out | FlowStateRecord.ObserverEgress, observed.Out), behind.Observers);

            Assert.True(before.FirstNs < behind.FirstNs);
            if (connection.Original.Protocol != (byte)ProtocolType.Tcp)
            {
                Assert.Equal((1ul, 1ul), before.Packets);
                Assert.Equal((1ul, 1ul), behind.Packets);
            }
        }
    }

    [SkippableFact]
    public void What_is_not_translated_is_one_flow_at_the_pods_interface()
    {
        using var router = new TranslatingRouter();
        using var observed = new Observed(router);
        var asked = router.Talk(ProtocolType.Udp, "10.9.2.2", TranslatingRouter.ServerPort);
        var connection = observed.Find(asked);
        var flows = observed.Stop();

        Assert.Equal(connection.Original, connection.Reply.Reversed());
        Assert.Equal(
            (observed.In, observed.In | FlowStateRecord.ObserverEgress),
            flows[connection.Original].Observers
        );
        Assert.DoesNotContain(connection.Reply, flows.Keys);
    }

    /// <summary>The flows of a router whose inner interface is a pod's and whose outer one is an uplink.</summary>
    private sealed class Observed : IDisposable
    {
        private readonly TranslatingRouter _router;
        private readonly FlowProgram _program = FlowProgram.Load(new FlowProgramOptions { MaxFlows = 1000 });
        private readonly IAttacher _attacher;
        private readonly List<IDisposable> _attached = [];
        private readonly Conntrack _conntrack;

        public Observed(TranslatingRouter router)
        {
            _router = router;
            _conntrack = router.OpenConntrack();
            _attacher = Inside(() => Attacher.Open(_program, AttachMethod.Auto));
            In = Attach("in", InterfaceKind.Pod) | FlowStateRecord.ObserverPod;
            Out = Attach("out", InterfaceKind.Uplink);
        }

        /// <summary>As observers of packets that enter.</summary>
        public uint In { get; }

        public uint Out { get; }

        public TranslatedConnection Find(ConnectionTuple asked)
        {
            var found = new TranslatedConnection[1];
            _conntrack.Find([asked], found);
            Assert.True(found[0].Found, asked.ToString());
            return found[0];
        }

        /// <summary>Detaches.</summary>
        /// <returns>By what the initiator sent; of each pair the initiator's is first.</returns>
        public Dictionary<
            ConnectionTuple,
            ((uint, uint) Observers, (ulong, ulong) Packets, ulong FirstNs)
        > Stop()
        {
            Detach();
            var records = new List<FlowRecord>();
            var collector = new Collector(records);
            while (_program.Ring.Consume(ref collector, 1000) > 0) { }

            using var drain = _program.OpenDrain();
            var chunk = new FlowRecord[64];
            int count;
            while ((count = drain.Read(chunk)) > 0)
            {
                records.AddRange(chunk.AsSpan(0, count));
            }

            return records
                .GroupBy(record => ConnectionTuple.Of(in record.Key, Source(in record)))
                .ToDictionary(
                    flow => flow.Key,
                    flow =>
                    {
                        var last = flow.Last();
                        var source = Source(in last);
                        return (
                            (last.State.Observer[source], last.State.Observer[1 - source]),
                            (Sum(flow, source), Sum(flow, 1 - source)),
                            last.State.FirstNs
                        );
                    }
                );
        }

        public void Dispose()
        {
            Detach();
            _attacher.Dispose();
            _conntrack.Dispose();
            _program.Dispose();
        }

        private static int Source(in FlowRecord record) =>
            record.State.Flags.HasFlag(FlowFlags.Initiator1) ? 1 : 0;

        private static ulong Sum(IEnumerable<FlowRecord> records, int end) =>
            records.Aggregate(0ul, (sum, record) => sum + record.Traffic.Packets[end]);

        private T Inside<T>(Func<T> function) => NetworkNamespace.Run(_router.Path, function);

        private uint Attach(string name, InterfaceKind kind)
        {
            var index = int.Parse(
                _router.Ip($"-o link show {name}").Split(':')[0],
                CultureInfo.InvariantCulture
            );
            _program.SetInterface(index, kind, 0);
            _attached.Add(Inside(() => _attacher.Attach(index, LinkLayer.Ethernet)));
            return (uint)index;
        }

        private void Detach()
        {
            _attached.ForEach(each => each.Dispose());
            _attached.Clear();
        }

        private readonly struct Collector(List<FlowRecord> records) : IRecordHandler<FlowRecord>
        {
            public void OnRecord(in FlowRecord record, ulong position) => records.Add(record);
        }
    }
}
