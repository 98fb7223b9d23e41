namespace NetMon.Agent.Tests.Ledger;

/// <summary>Agents that are killed between any two of their writes, and those that go on where they were.</summary>
public sealed class LivesTests
{
    [Theory]
    [InlineData(Change.None)]
    [InlineData(Change.Layout)]
    public void Wherever_an_agent_is_killed_the_next_one_shows_what_a_single_one_would(Change change)
    {
        const int Seed = 1;
        const int Flows = 8;
        const int Steps = 60;
        var expected = Script.Uninterrupted(Seed, Flows, Steps, change, out var places);
        Assert.True(places > 100, $"only {places} places");
        for (var place = 1; place < places; place++)
        {
            Compare(expected, Seed, Flows, Steps, change, [place]);
        }
    }

    [Theory]
    [InlineData(100, Change.None)]
    [InlineData(200, Change.None)]
    [InlineData(300, Change.None)]
    [InlineData(400, Change.SamplingRate)]
    [InlineData(500, Change.Layout)]
    [InlineData(600, Change.Layout)]
    public void Of_many_lives_that_end_at_random_the_last_one_shows_what_a_single_one_would(
        int first,
        Change change
    )
    {
        const int Flows = 40;
        const int Steps = 300;
        for (var seed = first; seed < first + 10; seed++)
        {
            var expected = Script.Uninterrupted(seed, Flows, Steps, change, out var places);
            var random = new Random(seed);
            int[] kills = [.. Enumerable.Range(0, 6).Select(_ => random.Next(1, places / 3))];
            Compare(expected, seed, Flows, Steps, change, kills);
        }
    }

    private static void Compare(
        Dictionary<string, double> expected,
        int seed,
        int flows,
        int steps,
        Change change,
        int[] kills
    )
    {
        var actual = Script.Interrupted(seed, flows, steps, change, kills);
        var differences = Figures.Differences(expected, actual);
        Assert.True(
            differences.Length == 0,
            $"seed {seed}, killed after {string.Join(", ", kills)} steps:\n{differences}"
        );
    }
}
