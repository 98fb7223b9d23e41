using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Flows;
using NetMon.Kubernetes.Cluster;
using NetMon.Testing.Properties;

namespace NetMon.Kubernetes.Tests.Cluster;

public sealed class AddressTableTests
{
    [Fact]
    public void It_holds_what_a_dictionary_holds()
    {
        var step = Gen.Choose(0, 999)
            .SelectMany(key => Gen.Choose(0, 3).Select(kind => (key, isSet: kind > 0)));
        Prop.ForAll(
                step.ArrayOf(3000).ToArbitrary(),
                steps =>
                {
                    var table = new AddressTable();
                    var reference = new Dictionary<NetworkAddress, AddressVersion>();
                    foreach (var (key, isSet) in steps)
                    {
                        var address = NetworkAddress.FromIPv4((uint)key * 7919);
                        if (isSet)
                        {
                            var chain = Chain();
                            table.Set(address, chain);
                            reference[address] = chain;
                        }
                        else
                        {
                            table.Remove(address);
                            reference.Remove(address);
                        }
                    }

                    Assert.Equal(reference.Count, table.Count);
                    for (var key = 0; key < 1000; key++)
                    {
                        var address = NetworkAddress.FromIPv4((uint)key * 7919);
                        Assert.Same(reference.GetValueOrDefault(address), table.Find(address));
                    }
                }
            )
            .Holds(50);
    }

    [Fact]
    public void Addresses_that_come_and_go_do_not_make_it_grow()
    {
        var table = new AddressTable();
        for (var i = 0u; i < 1_000_000; i++)
        {
            table.Set(NetworkAddress.FromIPv4(i), Chain());
            table.Remove(NetworkAddress.FromIPv4(i));
        }

        Assert.Equal(0, table.Count);
        Assert.Equal(256, table.Size);
    }

    private static AddressVersion Chain() => AddressVersion.Link([(new PodEntry(), Claim.Of(0))]);
}
