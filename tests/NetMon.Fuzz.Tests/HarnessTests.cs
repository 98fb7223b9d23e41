using NetMon.Fuzz.Mutation;
using NetMon.Fuzz.Running;

namespace NetMon.Fuzz.Tests;

/// <summary>The harness finds what is wrong, and finds it again.</summary>
public sealed class HarnessTests
{
    private static readonly byte[][] Seeds =
    [
        [1, 2, 3, 4],
        [9, 9, 9, 9, 9, 9, 9, 9],
    ];

    [Fact]
    public void The_same_seed_makes_the_same_inputs_and_another_others()
    {
        var decoder = Decoder(_ => true);
        var (one, same, other) = (new Mutator(decoder, 1), new Mutator(decoder, 1), new Mutator(decoder, 2));
        var differing = 0;
        for (var i = 0; i < 1000; i++)
        {
            var input = one.Make(i).ToArray();
            Assert.Equal(input, same.Make(i));
            differing += other.Make(i).SequenceEqual(input) ? 0 : 1;
        }

        Assert.True(differing > 800);
    }

    [Fact]
    public void An_exception_is_a_defect_and_its_number_has_it_again()
    {
        var decoder = Decoder(input =>
            input.Length == 3 ? throw new InvalidOperationException("three") : true
        );
        var failure = new FuzzRun(decoder, 1).Run(100_000, 2, TimeSpan.FromMinutes(1)).Failure;
        Assert.NotNull(failure);
        Assert.Contains("three", failure.What);
        Assert.Equal(3, failure.Input.Length);
        Assert.Equal(failure.Input, new FuzzRun(decoder, 1).RunUpTo(failure.Index)?.Input);
        Assert.NotNull(new FuzzRun(decoder, 1).RunOne(failure.Input));
    }

    [Fact]
    public void State_begins_anew_with_each_block_so_that_a_number_suffices()
    {
        var decoder = new Decoder(
            "state",
            "",
            Seeds,
            () =>
            {
                var count = 0;
                return _ => ++count == 1500 ? throw new InvalidOperationException("full") : true;
            }
        );
        var failure = new FuzzRun(decoder, 1).Run(10 * FuzzRun.Block, 2, TimeSpan.FromMinutes(1)).Failure;
        Assert.Equal(1499, failure!.Index % FuzzRun.Block);
        Assert.NotNull(new FuzzRun(decoder, 1).RunUpTo(failure.Index));
        Assert.Null(new FuzzRun(decoder, 1).RunUpTo(failure.Index - 1));
    }

    [Fact]
    public void Much_memory_is_a_defect()
    {
        var decoder = Decoder(input => new byte[input.Length == 3 ? 10_000_000 : 1].Length > 0);
        Assert.Contains(
            "allocates",
            new FuzzRun(decoder, 1).Run(100_000, 1, TimeSpan.FromMinutes(1)).Failure!.What
        );
    }

    [Fact]
    public void What_does_not_end_is_a_defect()
    {
        // Not disposed: threads that wait for it outlive the test.
        var end = new ManualResetEventSlim();
        var decoder = Decoder(input =>
        {
            if (input.Length == 3)
            {
                end.Wait();
            }

            return true;
        });
        var run = new FuzzRun(decoder, 1) { Hang = TimeSpan.FromSeconds(1) };
        Assert.Contains("does not end", run.Run(100_000, 2, TimeSpan.FromMinutes(1)).Failure!.What);
        end.Set();
    }

    private static Decoder Decoder(Decode decode) =>
        new("test", "", Seeds, () => decode) { Grammar = Grammar.Bytes };
}
