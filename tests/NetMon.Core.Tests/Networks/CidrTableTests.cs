using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Flows;
using NetMon.Core.Networks;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Networks;

public class CidrTableTests
{
    [Fact]
    public void It_answers_as_a_search_through_all_networks_does()
    {
        // Few values in few bytes, so that networks nest and touch.
        var address = Gen.Choose(0, 255)
            .Select(low => (uint)(0x0a000000 | ((low & 0xf0) << 12) | (low & 0x0f)))
            .SelectMany(number =>
                Gen.Elements(
                    NetworkAddress.FromIPv4(number),
                    NetworkAddress.FromIPv4(~number),
                    new NetworkAddress(number, number),
                    new NetworkAddress(~0UL, ~(ulong)number),
                    new NetworkAddress(0, 0x0000_ffff_0000_0000 - 1),
                    new NetworkAddress(0, 0x0001_0000_0000_0000)
                )
            );
        var network = address.SelectMany(first =>
            Gen.Choose(0, first.IsIPv4 ? 32 : 128).Select(bits => Cidr.Parse($"{first}/{bits}"))
        );
        var property = Prop.ForAll(
            network.ListOf().ToArbitrary(),
            address.NonEmptyListOf().ToArbitrary(),
            (networks, addresses) =>
            {
                var table = new CidrTable<string>(
                    networks.Select((item, index) => new KeyValuePair<Cidr, string>(item, $"{index}"))
                );
                foreach (var asked in addresses)
                {
                    var expected = networks
                        .Select((item, index) => (item, index))
                        .Where(pair => pair.item.Contains(asked))
                        .OrderByDescending(pair => pair.item.PrefixLength)
                        .ThenBy(pair => pair.index)
                        .Select(pair => $"{pair.index}")
                        .FirstOrDefault();
                    Assert.Equal(expected, table.Find(asked));
                }
            }
        );
        property.Holds(2000);
    }

    [Fact]
    public void An_empty_table_holds_nothing()
    {
        var table = new CidrTable<string>([]);

        Assert.Null(table.Find(NetworkAddress.FromIPv4(0x0a000001)));
        Assert.Null(table.Find(new NetworkAddress(~0UL, ~0UL)));
        Assert.Equal(0, table.Count);
    }
}
