using System.Net;
using System.Net.Sockets;
using NetMon.Bpf.Drops;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.Drops;

/// <summary>Sums of very many drops, taken while they come.</summary>
public class DropSumTests
{
    private const int Ports = 20_000;
    private const int Rounds = 5;

    private const string Rules = """
        table inet t {
          chain i {
            type filter hook prerouting priority 0
            udp dport >= 10000 counter drop
          }
        }
        """;

    [SkippableFact]
    public void A_flood_of_many_flows_is_summed_exactly()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network, maxEntries: 2 * Ports);
        DropNetwork.Nft(network.Router, Rules);
        using var taking = new Taking(observer);
        Flood(network);
        var (packets, bytes) = DropNetwork.NftCounter(network.Router, Ports * Rounds);
        var drops = taking.Finish();

        // The kernel runs no program that an interrupt finds running; that is rare, and counted for the whole machine.
        var missed = (long)observer.Program.ReadMissed();
        Assert.Equal(Ports * Rounds, packets);
        Assert.InRange(drops.Sum(drop => (long)drop.Value.Packets), packets - missed, packets);
        Assert.InRange(
            drops.Sum(drop => (long)drop.Value.Bytes),
            bytes - (missed * (bytes / packets)),
            bytes
        );
        var perFlow = drops
            .GroupBy(drop => drop.Receiver)
            .Select(flow => flow.Sum(drop => (long)drop.Value.Packets))
            .ToArray();
        Assert.Equal(Ports, perFlow.Length);
        Assert.All(perFlow, each => Assert.InRange(each, Math.Max(1, Rounds - missed), Rounds));
    }

    [SkippableFact]
    public void What_the_map_has_no_room_for_is_in_the_totals()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network, maxEntries: 1000);
        DropNetwork.Nft(network.Router, Rules);
        var reason = observer.NumberOf("NETFILTER_DROP");
        Flood(network);
        var (packets, bytes) = DropNetwork.NftCounter(network.Router, Ports * Rounds);
        var before = observer.Program.ReadTotals()[DropTotal.IndexOf(reason)];
        var summed = (Packets: 0L, Bytes: 0L);
        observer.Program.Take(
            (in key, in value) =>
            {
                if (key.Reason == reason)
                {
                    summed = (summed.Packets + (long)value.Packets, summed.Bytes + (long)value.Bytes);
                }
            }
        );
        var total = observer.Program.ReadTotals()[DropTotal.IndexOf(reason)];

        // Totals are the whole machine's, and other tests drop by rules of their own meanwhile: what is said of one holds for all.
        Assert.InRange(summed.Packets, Attributed(in before), Attributed(in total));
        Assert.InRange((long)total.Packets, packets, long.MaxValue);
        Assert.InRange((long)total.Bytes, bytes, long.MaxValue);
        Assert.InRange((long)total.Unattributed[(int)DropUnattributed.MapFull], 1, long.MaxValue);
    }

    [SkippableFact]
    public void Ordinary_reasons_and_places_are_only_counted()
    {
        using var network = new DropNetwork();
        using var observer = new DropObserver(network);
        var client = network.ClientUdp();
        client.SendTo(new byte[10], new IPEndPoint(IPAddress.Parse(DropNetwork.ServerAddress), 5002));
        var drop = Assert.Single(observer.Wait("NO_SOCKET", 1));
        var reason = drop.Key.Reason;
        observer.Program.SetOrdinary(drop.Key.Location, reason);
        var before = observer.Program.ReadTotals()[DropTotal.IndexOf(reason)].Ordinary;
        network
            .ClientUdp()
            .SendTo(new byte[10], new IPEndPoint(IPAddress.Parse(DropNetwork.ServerAddress), 5002));

        // What was sent may still wait for its softirq.
        Assert.Equal(2, DropNetwork.Await(() => DropNetwork.Count(network.Server, "Udp", "NoPorts"), 2));
        Assert.InRange(
            DropNetwork.Await(
                () => (long)observer.Program.ReadTotals()[DropTotal.IndexOf(reason)].Ordinary,
                (long)before + 1
            ),
            (long)before + 1,
            long.MaxValue
        );
        Assert.DoesNotContain(
            observer.Take(),
            each =>
                each.Reason == "NO_SOCKET"
                && each.Sender.StartsWith(DropNetwork.ClientAddress, StringComparison.Ordinal)
        );
    }

    [SkippableFact]
    public void The_running_kernels_reasons_have_names()
    {
        Privileges.Require();
        var names = DropReasonNames.Read();
        Skip.If(names.Count == 0, "this kernel has no drop reasons");
        Assert.Contains("NETFILTER_DROP", names.Values);
        Assert.Contains("NO_SOCKET", names.Values);
        Assert.DoesNotContain(names.Values, name => name.StartsWith("SKB_DROP", StringComparison.Ordinal));
    }

    private static long Attributed(in DropTotal total)
    {
        var attributed = (long)total.Packets;
        for (var cause = 0; cause < DropUnattributedPackets.Length; cause++)
        {
            attributed -= (long)total.Unattributed[cause];
        }

        return attributed;
    }

    private static void Flood(DropNetwork network)
    {
        var client = network.ClientUdp();
        var payload = new byte[18];
        for (var i = 0; i < Ports * Rounds; i++)
        {
            client.SendTo(
                payload,
                new IPEndPoint(IPAddress.Parse(DropNetwork.ServerAddress), 10_000 + (i % Ports))
            );
        }
    }

    /// <summary>Takes all the time, on a thread of its own.</summary>
    private sealed class Taking : IDisposable
    {
        private readonly DropObserver _observer;
        private readonly List<SeenDrop> _seen = [];
        private readonly Thread _thread;
        private volatile bool _stopping;

        public Taking(DropObserver observer)
        {
            _observer = observer;
            _thread = new Thread(() =>
            {
                while (!_stopping)
                {
                    _seen.AddRange(_observer.Take());
                }
            });
            _thread.Start();
        }

        public List<SeenDrop> Finish()
        {
            Dispose();
            _seen.AddRange(_observer.Take());
            return [.. _seen.Where(drop => drop.Reason == "NETFILTER_DROP")];
        }

        public void Dispose()
        {
            _stopping = true;
            _thread.Join();
        }
    }
}
