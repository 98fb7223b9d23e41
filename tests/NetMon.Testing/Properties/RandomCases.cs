using System.Globalization;
using FsCheck;
using Microsoft.FSharp.Core;

namespace NetMon.Testing.Properties;

/// <summary>Checks properties with random cases: always the same ones, unless the environment asks for others.</summary>
public static class RandomCases
{
    /// <summary>If it is a number: that many times as many cases, other ones each time.</summary>
    private const string Factor = "NETMON_RANDOM_TESTS";

    /// <summary>One case alone, as a failure names it: <c>(SEED,GAMMA,SIZE)</c>. Of use with a filter for its test.</summary>
    private const string Case = "NETMON_RANDOM_CASE";

    // A run that fails has to fail again. What other cases would find is looked for by a run that is meant to.
    private static readonly Replay Same = new(new Rnd(20_260_101), FSharpOption<int>.None);

    /// <exception cref="Exception">It does not hold; the message has the case, its number and what failed.</exception>
    public static void Holds(this Property property, int cases = 100) =>
        Check.One(Configure(Config.QuickThrowOnFailure, cases), property);

    private static Config Configure(Config config, int cases)
    {
        if (Environment.GetEnvironmentVariable(Case) is { Length: > 0 } text)
        {
            return config.WithReplay(Parse(text));
        }

        return Environment.GetEnvironmentVariable(Factor) is { Length: > 0 } factor
            ? config.WithMaxTest(checked(cases * int.Parse(factor, CultureInfo.InvariantCulture)))
            : config.WithMaxTest(cases).WithReplay(Same);
    }

    private static Replay Parse(string text) =>
        text.Trim('(', ')').Split(',') is [var seed, var gamma, var size]
            ? new(
                new Rnd(
                    ulong.Parse(seed, CultureInfo.InvariantCulture),
                    ulong.Parse(gamma, CultureInfo.InvariantCulture)
                ),
                int.Parse(size, CultureInfo.InvariantCulture)
            )
            : throw new FormatException($"{Case} is (SEED,GAMMA,SIZE), not {text}");
}
