using System.Globalization;
using NetMon.Bpf.Tests.Reference;
using NetMon.Bpf.Tests.TestRun;
using Xunit.Abstractions;

namespace NetMon.Bpf.Tests.Mutation;

/// <summary>
/// A million broken packets through all four programs. The verdict is always "next", every packet is in exactly one account, and each account
/// is the one that the reference reader names.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int PacketsOfEachProgram = 260_000;
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
            ReadOnlySpan<byte> packet = buffer[..mutator.Next(buffer)];
            if (run.Link == LinkLayer.None)
            {
                packet = packet[Math.Min(PacketMutator.NetworkOffset(packet), packet.Length - 14)..];
                if (packet.Length < PacketMutator.Least(packet))
                {
                    continue;
                }
            }

            run.Feed(packet);
            expected.Add(
                run.Link == LinkLayer.Ethernet ? reference.ReadEthernet(packet) : reference.ReadBare(packet)
            );
        }
    }

    private static ulong Seed() =>
        Environment.GetEnvironmentVariable(SeedVariable) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : 20_251_121;
}
