using System.Globalization;
using NetMon.Bpf.Tests.Reference;
using NetMon.Bpf.Tests.TestRun;
using Xunit.Abstractions;

namespace NetMon.Bpf.Tests.Mutation;

/// <summary>
/// Two million broken packets through all four programs. The verdict is always "next", every packet is in exactly one account, and each account
/// is the one that the reference reader names.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int PacketsOfEachProgram = 500_000;
    private const int PacketsBetweenDrains = 20_000;
    private const string SeedVariable = "NETMON_MUTATION_SEED";

    [SkippableTheory]
    [InlineData(LinkLayer.Ethernet, Hook.Ingress)]
    [InlineData(LinkLayer.Ethernet, Hook.Egress)]
    [InlineData(LinkLayer.None, Hook.Ingress)]
    [InlineData(LinkLayer.None, Hook.Egress)]
    public void Broken_packets_are_never_stopped_and_never_miscounted(LinkLayer link, Hook hook)
    {
        var seed = Seed() + ((ulong)link * 2) + (ulong)hook;
        var corpus = Corpus.Load();
        output.WriteLine($"seed {seed} ({SeedVariable} sets it), {corpus.Count} packets to start from");
        var mutator = new PacketMutator(seed, corpus);
        var reference = new ReferenceReader();
        using var run = new KernelRun(new FlowProgramOptions { MaxFragments = 1 << 18 })
        {
            Link = link,
            Hook = hook,
        };
        var expected = new ReferenceAccount();
        for (var packets = 0; packets < PacketsOfEachProgram; packets += PacketsBetweenDrains)
        {
            FeedBatch(run, mutator, reference, expected);
            expected.AssertEqual(run, $"seed {seed}, packets {packets} to {packets + PacketsBetweenDrains}");
        }

        output.WriteLine($"{run.PacketsFed} packets: {expected}");
    }

    [SkippableTheory]
    [InlineData(LinkLayer.Ethernet)]
    [InlineData(LinkLayer.None)]
    public void Broken_packets_that_claim_to_be_segments_are_never_stopped_and_never_miscounted(
        LinkLayer link
    )
    {
        const int Packets = 200_000;
        const ushort Segments = 3;
        var seed = Seed() + 100 + (ulong)link;
        output.WriteLine($"seed {seed} ({SeedVariable} sets it)");
        var mutator = new PacketMutator(seed, Corpus.Load());
        using var run = new KernelRun { Link = link };
        var buffer = new byte[PacketMutator.MaxLength];
        var fed = 0;
        for (; fed < Packets; fed++)
        {
            run.Feed(Cut(link, buffer.AsSpan(0, mutator.Next(buffer))), gsoSize: 500, Segments);
            if (fed % PacketsBetweenDrains == 0)
            {
                run.Drain();
            }
        }

        var counters = run.Counters;
        var outside = (long)(counters.Arp + counters.NonIp + counters.Malformed);
        Assert.Equal(
            (fed - outside) * Segments,
            run.Drain().Sum(f => f.Total.Packets) + run.Overflow().Packets
        );
    }

    private static void FeedBatch(
        KernelRun run,
        PacketMutator mutator,
        ReferenceReader reference,
        ReferenceAccount expected
    )
    {
        Span<byte> buffer = stackalloc byte[PacketMutator.MaxLength];
        for (var end = run.PacketsFed + PacketsBetweenDrains; run.PacketsFed < end; )
        {
            ReadOnlySpan<byte> packet = Cut(run.Link, buffer[..mutator.Next(buffer)]);
            run.Feed(packet);
            expected.Add(
                run.Link == LinkLayer.Ethernet ? reference.ReadEthernet(packet) : reference.ReadBare(packet)
            );
        }
    }

    /// <summary>As the programs of <paramref name="link"/> get it; the whole frame where test-run would refuse what is left.</summary>
    private static ReadOnlySpan<byte> Cut(LinkLayer link, ReadOnlySpan<byte> frame)
    {
        if (link == LinkLayer.Ethernet)
        {
            return frame;
        }

        var packet = frame[
            Math.Min(PacketMutator.NetworkOffset(frame), frame.Length - PacketMutator.MinLength)..
        ];
        return packet.Length < PacketMutator.Least(packet) ? frame : packet;
    }

    private static ulong Seed() =>
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : 20_251_121;
}
