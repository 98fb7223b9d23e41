using System.Net;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.Sampling;

/// <summary>The choice itself: who agrees on it, and how evenly it falls.</summary>
public class FlowSampleTests
{
    private const int Flows = 200_000;

    /// <summary>Of all the counts below, one may be as far off by chance in a million runs; seeds are fixed, so that it is the same each time.</summary>
    private const double Deviations = 5;

    public static TheoryData<int, string> Populations
    {
        get
        {
            var all = new TheoryData<int, string>();
            foreach (var rate in (int[])[2, 3, 10, 64, 1000])
            {
                all.Add(rate, "random");
                all.Add(rate, "ports in a row");
                all.Add(rate, "addresses in a row");
                all.Add(rate, "IPv6");
                all.Add(rate, "echoes");
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Populations))]
    public void The_share_that_is_chosen_is_that_of_independent_choices(int rate, string population)
    {
        var random = new Random(rate);
        var chosen = 0;
        for (var i = 0; i < Flows; i++)
        {
            var key = population switch
            {
                "random" => Any(random),
                "ports in a row" => Key("10.1.2.3", 1025 + (i % 60_000), $"10.9.{i / 60_000}.1", 80),
                "addresses in a row" => Key(Address(i), 40_000, "10.9.9.9", 443),
                "IPv6" => Key($"fd00::{i >> 12:x}:{i & 0xfff:x}", 50_000, "fd01::1", 443),
                _ => Key(Address(i % 100), i / 100, "10.9.9.9", i / 100, protocol: 1),
            };
            chosen += FlowSample.Has(in key, rate) ? 1 : 0;
        }

        // Ports in a row: four servers are asked from the same socket, which is chosen once for all of them.
        var size = population == "ports in a row" ? (Flows + 59_999) / 60_000 : 1;
        var share = 1.0 / rate;
        var deviation = size * Math.Sqrt((double)Flows / size * share * (1 - share));
        Assert.InRange(
            chosen,
            (Flows * share) - (Deviations * deviation),
            (Flows * share) + (Deviations * deviation)
        );
    }

    [Fact]
    public void The_ends_may_be_in_any_order()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var key = Any(random, samePort: i % 3 == 0);
            var swapped = new FlowKey { Protocol = key.Protocol };
            for (var end = 0; end < 2; end++)
            {
                swapped.Address[end] = key.Address[1 - end];
                swapped.Port[end] = key.Port[1 - end];
            }

            Assert.Equal(FlowSample.Hash(in key), FlowSample.Hash(in swapped));
        }
    }

    [Fact]
    public void A_services_translation_does_not_change_the_choice()
    {
        var random = new Random(2);
        for (var i = 0; i < 10_000; i++)
        {
            var client = Address(random.Next());
            var port = random.Next(32_768, 61_000);
            var before = Key(client, port, Address(random.Next()), random.Next(1, 32_768));
            var behind = Key(client, port, Address(random.Next()), random.Next(1, 32_768));
            Assert.Equal(FlowSample.Hash(in before), FlowSample.Hash(in behind));
        }
    }

    [Fact]
    public void What_a_larger_rate_chooses_a_smaller_one_chooses_too()
    {
        var random = new Random(3);
        int[] rates = [1, 2, 3, 7, 8, 100, 1000, FlowSample.MaxRate];
        for (var i = 0; i < 50_000; i++)
        {
            var key = Any(random);
            var chosen = rates.Select(rate => FlowSample.Has(in key, rate)).ToArray();
            Assert.True(chosen[0]);
            Assert.Equal(chosen.OrderDescending(), chosen);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(FlowSample.MaxRate + 1)]
    public void A_rate_has_limits(int rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FlowSample.Has(default, rate));

    private static FlowKey Any(Random random, bool samePort = false)
    {
        var port = random.Next(65_536);
        return Key(
            Address(random.Next()),
            port,
            Address(random.Next()),
            samePort ? port : random.Next(65_536),
            random.Next(2) == 0 ? 6 : 17
        );
    }

    private static string Address(int number) =>
        $"10.{(number >> 16) & 255}.{(number >> 8) & 255}.{number & 255}";

    private static FlowKey Key(
        string source,
        int sourcePort,
        string destination,
        int destinationPort,
        int protocol = 6
    )
    {
        var key = new FlowKey { Protocol = (byte)protocol };
        string[] addresses = [source, destination];
        int[] ports = [sourcePort, destinationPort];
        for (var end = 0; end < 2; end++)
        {
            IPAddress.Parse(addresses[end]).MapToIPv6().GetAddressBytes().CopyTo(key.Address[end]);
            key.Port[end] = (ushort)ports[end];
        }

        return key;
    }
}
