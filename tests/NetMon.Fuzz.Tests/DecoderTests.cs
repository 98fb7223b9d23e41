using NetMon.Fuzz.Running;

namespace NetMon.Fuzz.Tests;

/// <summary>A short run of ./fuzz: the same inputs in every run, fewer of them on a slower machine.</summary>
public sealed class DecoderTests
{
    private const long Inputs = 20_000;
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(0.35);

    public static TheoryData<string> Names => [.. DecoderTable.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Broken_inputs_are_refused_and_do_no_harm(string name)
    {
        var outcome = new FuzzRun(DecoderTable.Find(name), seed: 1).Run(
            Inputs,
            Math.Min(Environment.ProcessorCount, 4),
            Time
        );
        Assert.True(
            outcome.Failure is null,
            $"{outcome.Failure?.What}\n./fuzz --only {name} --at {outcome.Failure?.Index}"
        );
        Assert.True(outcome.Inputs > 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_the_inputs_are_made_of_is_taken(string name)
    {
        var decoder = DecoderTable.Find(name);
        // Of those that tell of nothing that is looked for, such as a loss, some.
        Assert.Contains(decoder.Seeds, seed => decoder.Open()(seed));
    }
}
