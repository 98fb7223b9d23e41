using NetMon.Agent.Interfaces;
using NetMon.Core.Flows;
using NetMon.Testing;

namespace NetMon.Agent.Tests.Interfaces;

public class LocalAddressesTests
{
    private static readonly NetworkAddress A = Address("10.0.0.1");
    private static readonly NetworkAddress B = Address("10.0.0.2");
    private static readonly NetworkAddress V6 = Address("fd00::1");

    private readonly ManualTime _time = new();
    private readonly LocalAddresses _addresses;

    public LocalAddressesTests()
    {
        _addresses = new LocalAddresses(_time);
    }

    [Fact]
    public void What_the_kernel_tells_is_behind_its_interface()
    {
        _addresses.AddPod(7, 0);
        _addresses.SetAddresses(7, [A, V6]);

        Assert.Equal(7, Find(A));
        Assert.Equal(7, Find(V6));
        Assert.Equal(0, Find(B));
        Assert.False(_addresses.IsOwn(A));
        Assert.True(_addresses.IsPodInterface(7));
        Assert.Equal(new PodInterfaceCounts(1, 0, 0), _addresses.Count());
    }

    [Fact]
    public void An_address_that_is_not_told_any_more_is_there_for_a_while()
    {
        _addresses.AddPod(7, 0);
        _addresses.SetAddresses(7, [A, B]);
        _addresses.SetAddresses(7, [B]);

        Assert.Equal(7, Find(A));
        Pass(11);
        Assert.Equal(0, Find(A));
        Assert.Equal(7, Find(B));
    }

    [Fact]
    public void An_interface_that_is_gone_is_answered_for_a_while()
    {
        _addresses.AddPod(7, 0);
        _addresses.SetAddresses(7, [A]);
        _addresses.RemovePod(7);

        Assert.Equal(7, Find(A));
        Assert.True(_addresses.IsPodInterface(7));
        Assert.Equal(default, _addresses.Count());
        Pass(11);
        Assert.Equal(0, Find(A));
        Assert.False(_addresses.IsPodInterface(7));
        Assert.Equal(0, FindAt(A, 0));
    }

    [Fact]
    public void An_address_that_comes_again_on_a_new_interface_is_there_at_once_and_older_flows_stay_where_they_were()
    {
        _addresses.AddPod(7, 0);
        _addresses.SetAddresses(7, [A]);
        Pass(1);
        var during = Now();
        Pass(1);
        _addresses.RemovePod(7);
        Pass(1);
        _addresses.AddPod(8, Now());
        Pass(1);
        _addresses.SetAddresses(8, [A]);

        Assert.Equal(8, Find(A));
        Assert.Equal(8, FindAt(A, Now()));
        Assert.Equal(7, FindAt(A, during));

        // Between the two: the new one's address was told late, rather than that the old one's lasted.
        Assert.Equal(8, FindAt(A, Now() - 1_500_000_000));
        Pass(20);
        Assert.Equal(8, FindAt(A, Now()));
        Assert.Equal(8, Find(A));
    }

    [Fact]
    public void A_new_interface_wins_while_the_old_one_is_still_there_and_the_old_one_has_the_address_again_after_it()
    {
        _addresses.AddPod(7, 0);
        _addresses.SetAddresses(7, [A]);
        Pass(1);
        _addresses.AddPod(8, Now());
        _addresses.SetAddresses(8, [A]);
        Assert.Equal(8, Find(A));

        // The old one is listed again.
        _addresses.SetAddresses(7, [A]);
        Assert.Equal(8, Find(A));

        Pass(1);
        _addresses.RemovePod(8);
        Assert.Equal(7, Find(A));
        Pass(20);
        Assert.Equal(7, Find(A));
        Assert.Equal(7, FindAt(A, Now()));
    }

    [Fact]
    public void A_senders_address_is_learned_where_the_kernel_tells_nothing_of_its_family()
    {
        _addresses.AddPod(7, 0);
        _addresses.SetAddresses(7, [Address("fe80::1")]);
        _addresses.Learn(A, 7);
        _addresses.Learn(V6, 7);
        Assert.Equal(7, Find(A));
        Assert.Equal(7, Find(V6));
        Assert.Equal(new PodInterfaceCounts(0, 1, 0), _addresses.Count());

        _addresses.SetAddresses(7, [B]);
        _addresses.Learn(Address("10.0.0.3"), 7);

        Pass(11);
        Assert.Equal(0, Find(A));
        Assert.Equal(7, Find(B));
        Assert.Equal(7, Find(V6));
        Assert.Equal(0, Find(Address("10.0.0.3")));
    }

    [Fact]
    public void What_is_learned_never_takes_an_address_from_where_the_kernel_told_it_is()
    {
        _addresses.AddPod(7, 0);
        _addresses.SetAddresses(7, [A]);
        _addresses.AddPod(8, 5);
        _addresses.Learn(A, 8);
        Assert.Equal(7, Find(A));

        // It does from one that is gone, and from an older one that had learned it.
        _addresses.RemovePod(7);
        _addresses.Learn(A, 8);
        Assert.Equal(8, Find(A));
        _addresses.AddPod(9, 6);
        _addresses.Learn(A, 9);
        Assert.Equal(9, Find(A));
        _addresses.Learn(A, 8);
        Assert.Equal(9, Find(A));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.3.4")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("febf::1")]
    [InlineData("ff02::1")]
    [InlineData("192.0.2.1")]
    public void Addresses_that_are_not_a_pods_are_not_learned(string address)
    {
        _addresses.AddOwn(Address("192.0.2.1"));
        _addresses.AddPod(7, 0);
        _addresses.Learn(Address(address), 7);
        Assert.Equal(0, Find(Address(address)));
    }

    [Fact]
    public void Nothing_is_learned_of_interfaces_that_are_no_pods_or_gone_and_no_more_than_the_limit_of_one()
    {
        _addresses.Learn(A, 6);
        _addresses.AddPod(7, 0);
        _addresses.RemovePod(7);
        _addresses.Learn(A, 7);
        Assert.Equal(0, Find(A));

        _addresses.AddPod(8, 0);
        for (var i = 0u; i < 1000; i++)
        {
            _addresses.Learn(NetworkAddress.FromIPv4(0x0a00_0000 + i), 8);
        }

        Assert.Equal(
            PodInterface.MaxLearned,
            Enumerable.Range(0, 1000).Count(i => Find(NetworkAddress.FromIPv4(0x0a00_0000 + (uint)i)) == 8)
        );
    }

    [Fact]
    public void A_sender_that_nobody_told_of_is_asked_about_once_a_second()
    {
        var doubts = new List<int>();
        _addresses.Doubted = doubts.Add;
        _addresses.AddPod(7, 0);
        _addresses.SetAddresses(7, [A]);

        _addresses.Learn(A, 7);
        Assert.Empty(doubts);
        _addresses.Learn(B, 7);
        _addresses.Learn(B, 7);
        Assert.Equal([7], doubts);
        Pass(1);
        _addresses.Learn(B, 7);
        Assert.Equal([7, 7], doubts);
    }

    [Fact]
    public void An_own_address_is_own_as_long_as_one_interface_has_it()
    {
        _addresses.AddOwn(A);
        _addresses.AddOwn(A);
        _addresses.RemoveOwn(A);
        Assert.True(_addresses.IsOwn(A));
        _addresses.RemoveOwn(A);
        Assert.False(_addresses.IsOwn(A));
        Assert.True(_addresses.IsOwn(Address("127.8.9.1")));
    }

    [Fact]
    public void Since_when_an_interface_is_there_is_known()
    {
        _addresses.AddPod(7, 0);
        _addresses.AddPod(8, 123);
        _addresses.AddPod(8, 456);
        Assert.Equal(0, _addresses.SinceNs(7));
        Assert.Equal(123, _addresses.SinceNs(8));
        Assert.Equal(0, _addresses.SinceNs(9));
    }

    [Fact]
    public void When_an_interface_went_is_known_for_a_while()
    {
        _addresses.AddPod(7, 0);
        Assert.Equal(long.MaxValue, _addresses.GoneNs(7));
        _addresses.RemovePod(7);
        Assert.Equal(Now(), _addresses.GoneNs(7));
        Pass(11);
        Assert.Equal(long.MaxValue, _addresses.GoneNs(7));
    }

    [Fact]
    public void Looking_up_allocates_nothing()
    {
        _addresses.AddOwn(B);
        _addresses.AddPod(7, 0);
        _addresses.SetAddresses(7, [A]);
        Assert.Equal(0, Allocation.Of(Look));

        void Look()
        {
            for (var i = 0; i < 100; i++)
            {
                _ = _addresses.IsOwn(B);
                _ = _addresses.TryFindInterface(A, out _);
                _ = _addresses.TryFindInterface(A, 5, out _);
                _ = _addresses.IsPodInterface(7);
                _ = _addresses.SinceNs(7);
                _addresses.Learn(A, 7);
            }
        }
    }

    [Fact]
    public void Nothing_is_left_of_many_that_came_and_went()
    {
        for (var i = 1; i <= 500; i++)
        {
            _addresses.AddPod(i, Now());
            _addresses.SetAddresses(i, [NetworkAddress.FromIPv4(0x0a00_0000 + (uint)(i % 10))]);
            _addresses.Learn(V6, i);
            Pass(1);
            _addresses.RemovePod(i);
        }

        Pass(20);
        Assert.Equal((0, 0), _addresses.Sizes);
    }

    private static NetworkAddress Address(string text)
    {
        Assert.True(NetworkAddress.TryParse(text, out var address));
        return address;
    }

    private int Find(NetworkAddress address) =>
        _addresses.TryFindInterface(address, out var ifindex) ? ifindex : 0;

    private int FindAt(NetworkAddress address, long ns) =>
        _addresses.TryFindInterface(address, ns, out var ifindex) ? ifindex : 0;

    private long Now() => _time.GetTimestamp() * 100;

    private void Pass(int seconds)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        _addresses.Prune();
    }
}
