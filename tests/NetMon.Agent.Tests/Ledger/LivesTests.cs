namespace NetMon.Agent.Tests.Ledger;

/// <summary>Agents that are killed between any two of their writes, and those that go on where they were.</summary>
public sealed class LivesTests
{
    [Fact]
    public void Wherever_an_agent_is_killed_the_next_one_shows_what_a_single_one_would()
    {
        const int Seed = 1;
        var expected = Script.Uninterrupted(Seed, 8, 60, out var places);
        Assert.True(places > 100, $"only {places} places");
        for (var place = 1; place < places; place++)
        {
            Run(Seed, 8, 60, [place], expected);
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(300)]
    [InlineData(400)]
    public void Of_many_lives_that_end_at_random_the_last_one_shows_what_a_single_one_would(int first)
    {
        for (var seed = first; seed < first + 25; seed++)
        {
            var expected = Script.Uninterrupted(seed, 40, 300, out var places);
            var random = new Random(seed);
            int[] kills = [.. Enumerable.Range(0, 6).Select(_ => random.Next(1, places / 3))];
            Run(seed, 40, 300, kills, expected);
        }
    }

    private static void Run(int seed, int flows, int steps, int[] kills, Dictionary<string, double> expected)
    {
        try
        {
            Figures.AssertEqual(expected, Script.Interrupted(seed, flows, steps, kills));
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(
                $"seed {seed}, killed after {string.Join(", ", kills)} steps",
                error
            );
        }
    }
}
