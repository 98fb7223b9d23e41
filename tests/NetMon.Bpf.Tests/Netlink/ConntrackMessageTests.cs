using System.Net;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Netlink;

/// <summary>The reader of conntrack's answers, with answers that a kernel gave (payload of the netlink message) and with broken ones.</summary>
public class ConntrackMessageTests
{
    private const int Mutations = 300_000;

    private static readonly (
        string Name,
        string Hex,
        ConnectionTuple Original,
        ConnectionTuple Reply
    )[] Answers =
    [
        (
            "TCP over IPv4, translated both ways",
            "02000000" // nfgenmsg
                + "34000180" // CTA_TUPLE_ORIG
                + "14000180"
                + "080001000a090102"
                + "080002000a600002"
                + "1c000280"
                + "0500010006000000"
                + "06000200c0010000"
                + "0600030000500000"
                + "34000280" // CTA_TUPLE_REPLY
                + "14000180"
                + "080001000a090202"
                + "080002000a090201"
                + "1c000280"
                + "0500010006000000"
                + "060002001f900000"
                + "06000300c0010000"
                + "0800030000000188", // CTA_STATUS
            Tuple(6, "10.9.1.2", 49153, "10.96.0.2", 80),
            Tuple(6, "10.9.2.2", 8080, "10.9.2.1", 49153)
        ),
        (
            "an echo over IPv6",
            "0a000000"
                + "54000180"
                + "2c000180"
                + "14000300fd090001000000000000000000000002"
                + "14000400fd960000000000000000000000000001"
                + "24000280"
                + "050001003a000000"
                + "0600070012670000"
                + "0500080080000000"
                + "0500090000000000"
                + "54000280"
                + "2c000180"
                + "14000300fd090002000000000000000000000002"
                + "14000400fd090001000000000000000000000002"
                + "24000280"
                + "050001003a000000"
                + "0600070012670000"
                + "0500080081000000"
                + "0500090000000000",
            Tuple(58, "fd09:1::2", 4711, "fd96::1", 4711),
            Tuple(58, "fd09:2::2", 4711, "fd09:1::2", 4711)
        ),
        (
            "a protocol without ports",
            "02000000"
                + "24000180"
                + "14000180"
                + "080001000a090102"
                + "080002000a090202"
                + "0c000280"
                + "0500010032000000"
                + "24000280"
                + "14000180"
                + "080001000a090202"
                + "080002000a090102"
                + "0c000280"
                + "0500010032000000",
            Tuple(50, "10.9.1.2", 0, "10.9.2.2", 0),
            Tuple(50, "10.9.2.2", 0, "10.9.1.2", 0)
        ),
    ];

    [Fact]
    public void Both_tuples_are_read()
    {
        foreach (var answer in Answers)
        {
            Assert.True(
                ConntrackMessage.TryParse(Bytes(answer.Hex), out var original, out var reply),
                answer.Name
            );
            Assert.Equal(answer.Original, original);
            Assert.Equal(answer.Reply, reply);
        }
    }

    [Fact]
    public void A_cut_answer_is_refused()
    {
        foreach (var answer in Answers)
        {
            var bytes = Bytes(answer.Hex);
            var needed =
                bytes.Length - (answer.Hex.EndsWith("0800030000000188", StringComparison.Ordinal) ? 8 : 0);

            // The last attribute's padding need not be there.
            for (var length = 0; length < needed - 4; length++)
            {
                Assert.False(
                    ConntrackMessage.TryParse(bytes.AsSpan(0, length).ToArray(), out _, out _),
                    $"{answer.Name}: {length} bytes"
                );
            }
        }
    }

    [Fact]
    public void Mutated_answers_never_throw()
    {
        var random = new Random(7);
        for (var i = 0; i < Mutations; i++)
        {
            var bytes = Bytes(Answers[i % Answers.Length].Hex);
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = random.Next(3) switch
                {
                    0 => 0,
                    1 => 0xff,
                    _ => (byte)random.Next(256),
                };
            }

            _ = ConntrackMessage.TryParse(bytes, out _, out _);
        }
    }

    [Theory]
    [InlineData("0800010000000000", "an address without a tuple")]
    [InlineData("0400018004000280", "empty tuples")]
    [InlineData("0c00018008000180040001000c00028008000180040001", "empty addresses")]
    [InlineData("ffff0180", "a length beyond the end")]
    public void Answers_that_lack_what_they_should_have_are_refused(string attributes, string why)
    {
        Assert.False(ConntrackMessage.TryParse(Bytes("02000000" + attributes), out _, out _), why);
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static ConnectionTuple Tuple(byte protocol, string from, int fromPort, string to, int toPort) =>
        TranslatingRouter.Tuple(protocol, IPAddress.Parse(from), fromPort, IPAddress.Parse(to), toPort);
}
