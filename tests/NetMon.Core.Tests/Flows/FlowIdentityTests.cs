using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Flows;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Flows;

public class FlowIdentityTests
{
    [Fact]
    public void The_number_does_not_depend_on_which_end_is_the_source()
    {
        Prop.ForAll(
                FlowGenerators.Flow.ToArbitrary(),
                flow =>
                {
                    var swapped = flow with { Source = flow.Destination, Destination = flow.Source };
                    Assert.Equal(flow.Identity.Number, swapped.Identity.Number);
                }
            )
            .Holds();
    }

    [Fact]
    public void The_number_is_the_same_in_every_process()
    {
        var identity = new FlowIdentity(
            NetworkAddress.FromIPv4(0x0a000001),
            NetworkAddress.FromIPv4(0x0a000002),
            40000,
            80,
            IpProtocol.Tcp,
            123_456_789
        );

        Assert.Equal("a56ed684d96c9324", identity.Number.ToString("x16"));
    }

    [Fact]
    public void Flows_that_differ_in_one_part_have_different_numbers()
    {
        var numbers = new HashSet<ulong>();
        var count = 0;
        for (uint host = 0; host < 64; host++)
        {
            for (ushort port = 1; port <= 64; port++)
            {
                for (ulong start = 0; start < 16; start++)
                {
                    foreach (var protocol in (byte[])[IpProtocol.Tcp, IpProtocol.Udp])
                    {
                        count++;
                        numbers.Add(
                            new FlowIdentity(
                                NetworkAddress.FromIPv4(host),
                                NetworkAddress.FromIPv4(0x0a000002),
                                port,
                                80,
                                protocol,
                                start
                            ).Number
                        );
                    }
                }
            }
        }

        Assert.Equal(count, numbers.Count);
    }
}
