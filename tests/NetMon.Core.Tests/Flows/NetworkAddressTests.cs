using System.Net;
using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Flows;
using NetMon.Testing;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Flows;

public class NetworkAddressTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("255.255.255.255")]
    [InlineData("10.0.12.200")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("1::")]
    [InlineData("2001:db8::1")]
    // RFC 5952 section 4.2.2: one zero group is not shortened.
    [InlineData("2001:db8:0:1:1:1:1:1")]
    // 4.2.3: the longest run is, and of equals the first.
    [InlineData("2001:0:0:1::1")]
    [InlineData("2001:db8::1:0:0:1")]
    [InlineData("1:2:3:4:5:6::")]
    [InlineData("::3:4:5:6:7:8")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    // An address that IPv4-compatible notation would disguise.
    [InlineData("::102:304")]
    public void A_canonical_text_is_read_and_written_back(string text)
    {
        Assert.True(NetworkAddress.TryParse(text, out var address));
        Assert.Equal(text, address.ToString());
    }

    [Theory]
    [InlineData("2001:DB8:0:0:0:0:0:1", "2001:db8::1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:a00:1", "10.0.0.1")]
    public void Other_texts_of_an_address_become_the_canonical_one(string text, string canonical)
    {
        Assert.True(NetworkAddress.TryParse(text, out var address));
        Assert.Equal(canonical, address.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("10.1")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("01.2.3.4")]
    [InlineData("1.2.3.0x4")]
    [InlineData("1.2.3.4 ")]
    [InlineData("1..3.4")]
    [InlineData("fe80::1%eth0")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData(":::")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    public void A_text_that_some_programs_read_otherwise_is_refused(string text)
    {
        Assert.False(NetworkAddress.TryParse(text, out _));
    }

    [Fact]
    public void Every_address_reads_back_from_its_text()
    {
        ForEveryAddress(address =>
        {
            Assert.True(NetworkAddress.TryParse(address.ToString(), out var again));
            Assert.Equal(address, again);
        });
    }

    [Fact]
    public void The_base_library_reads_every_text_as_the_same_address()
    {
        ForEveryAddress(address =>
            Assert.Equal(address, NetworkAddress.From(IPAddress.Parse(address.ToString())))
        );
    }

    [Fact]
    public void The_base_library_writes_the_same_text_where_it_embeds_no_IPv4_address()
    {
        ForEveryAddress(address =>
        {
            var text = address.ToIPAddress().ToString();
            if (address.IsIPv4 || !text.Contains('.', StringComparison.Ordinal))
            {
                Assert.Equal(text, address.ToString());
            }
        });
    }

    [Fact]
    public void Characters_and_bytes_agree_in_a_buffer_that_just_fits_and_fail_in_a_shorter_one()
    {
        ForEveryAddress(address =>
        {
            var text = address.ToString();
            var chars = new char[text.Length];
            var bytes = new byte[text.Length];
            Assert.True(address.TryFormat(chars, out var charsWritten, default, null));
            Assert.True(address.TryFormat(bytes, out var bytesWritten, default, null));
            Assert.Equal(text, new string(chars));
            Assert.Equal(text, System.Text.Encoding.ASCII.GetString(bytes));
            Assert.Equal((text.Length, text.Length), (charsWritten, bytesWritten));
            Assert.False(address.TryFormat(chars.AsSpan(1), out charsWritten, default, null));
            Assert.False(address.TryFormat(bytes.AsSpan(1), out bytesWritten, default, null));
            Assert.Equal((0, 0), (charsWritten, bytesWritten));
        });
    }

    [Fact]
    public void The_bytes_in_network_order_make_the_same_address()
    {
        ForEveryAddress(address =>
        {
            var bytes = new byte[16];
            address.CopyTo(bytes);
            Assert.Equal(address, new NetworkAddress(bytes));
            Assert.Equal(address, NetworkAddress.From(address.ToIPAddress()));
        });
    }

    [Fact]
    public void The_order_is_that_of_the_bytes()
    {
        Prop.ForAll(
                FlowGenerators.Address.Two().ToArbitrary(),
                pair =>
                {
                    var (a, b) = pair;
                    var left = new byte[16];
                    var right = new byte[16];
                    a.CopyTo(left);
                    b.CopyTo(right);
                    Assert.Equal(
                        Math.Sign(left.AsSpan().SequenceCompareTo(right)),
                        Math.Sign(a.CompareTo(b))
                    );
                }
            )
            .Holds();
    }

    [Fact]
    public void Writing_an_address_as_bytes_allocates_nothing()
    {
        Assert.True(NetworkAddress.TryParse("2001:db8::1:0:0:1", out var address));
        var text = new byte[NetworkAddress.MaxTextLength];

        Assert.Equal(
            0,
            Allocation.Of(() =>
            {
                for (var i = 0; i < 1000; i++)
                {
                    address.TryFormat(text, out _, default, null);
                }
            })
        );
    }

    private static void ForEveryAddress(Action<NetworkAddress> check) =>
        Prop.ForAll(FlowGenerators.Address.ToArbitrary(), check).Holds(2000);
}
