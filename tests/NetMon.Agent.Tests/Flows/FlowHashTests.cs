using NetMon.Agent.Flows;
using NetMon.Agent.Tests.Records;

namespace NetMon.Agent.Tests.Flows;

public sealed class FlowHashTests
{
    // Two in each of 256 places on average; by chance more than this once in 10^12 processes.
    private const int Flows = 512;
    private const int MostInOnePlace = 20;

    private readonly Random _random = new(7);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Flows_of_one_client_to_one_server_spread_whatever_the_secrets_are(bool clientFirst)
    {
        var keys = Enumerable
            .Range(40_000, Flows)
            .Select(port =>
                clientFirst
                    ? new TestFlow($"10.0.0.1:{port}", "10.0.0.2:80").Key
                    : new TestFlow("10.0.0.1:80", $"10.0.0.2:{port}").Key
            )
            .ToArray();
        for (var process = 0; process < 1000; process++)
        {
            var (secret0, secret1) = (Secret(), Secret());
            AssertSpread(keys.Select(key => FlowHash.Of(in key, secret0, secret1)).ToArray());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Three_words_of_which_one_counts_up_spread_whatever_the_secrets_are(int word)
    {
        for (var process = 0; process < 1000; process++)
        {
            var (secret0, secret1) = (Secret(), Secret());
            var hashes = new ulong[Flows];
            for (var i = 0; i < hashes.Length; i++)
            {
                ulong[] words = [1, 2, 3];
                words[word] += (ulong)i << 16;
                hashes[i] = FlowHash.Of(words[0], words[1], words[2], secret0, secret1);
            }

            AssertSpread(hashes);
        }
    }

    // The index takes its table from the top, and the cell in it from the bottom.
    private static void AssertSpread(ulong[] hashes)
    {
        Assert.InRange(hashes.CountBy(hash => hash >> 56).Max(place => place.Value), 1, MostInOnePlace);
        Assert.InRange(hashes.CountBy(hash => hash & 0xff).Max(place => place.Value), 1, MostInOnePlace);
    }

    private ulong Secret() => ((ulong)_random.NextInt64() << 1) | 1;
}
