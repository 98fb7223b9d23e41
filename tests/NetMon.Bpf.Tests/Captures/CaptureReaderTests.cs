using System.Buffers.Binary;
using System.Text.Json;
using NetMon.Lab.Captures;
using NetMon.Testing.Captures;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>The readers of the test library against what capinfos, editcap and tshark say of the same files.</summary>
public sealed class CaptureReaderTests
{
    [SkippableFact]
    public void Every_capture_has_the_packets_bytes_and_times_of_its_truth()
    {
        var folder = Folder();
        foreach (var entry in folder.Captures)
        {
            var packets = folder.Read(entry);
            var totals = folder.Truth(entry).Totals;
            Assert.Equal(
                (entry.Name, entry.Packets, totals.Bytes, totals.CapturedBytes, totals.SnappedFrames),
                (
                    entry.Name,
                    packets.Count,
                    packets.Sum(p => (long)p.WireLength),
                    packets.Sum(p => (long)p.Data.Length),
                    packets.Count(p => p.WireLength != p.Data.Length)
                )
            );
            Assert.Equal(totals.FirstTs, packets[0].TimeNs / 1e9, 2e-6);
            Assert.Equal(totals.LastTs, packets[^1].TimeNs / 1e9, 2e-6);
        }
    }

    [SkippableFact]
    public void A_pcapng_original_and_its_classic_conversion_hold_the_same_packets()
    {
        var folder = Folder();
        using var manifest = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(folder.Path, "MANIFEST.json"))
        );
        var compared = 0;
        foreach (var capture in manifest.RootElement.GetProperty("captures").EnumerateArray())
        {
            if (
                capture.TryGetProperty("pcapng", out var original)
                && original.ValueKind == JsonValueKind.Object
            )
            {
                var classic = Read(folder, capture.GetProperty("file"));
                Assert.Equal(Without(classic), Without(Read(folder, original.GetProperty("file"))));
                compared++;
            }
        }

        Assert.True(compared >= 5, $"only {compared} pairs");

        // Interfaces are numbered in pcapng only; conversion rounds to microseconds.
        static string Without(IEnumerable<CapturedPacket> packets) =>
            string.Join(
                '\n',
                packets.Select(p =>
                    $"{p.Number} {p.Link} {p.TimeNs / 1000} {p.WireLength} {Convert.ToHexString(p.Data.Span)}"
                )
            );

        static IReadOnlyList<CapturedPacket> Read(CaptureFolder folder, JsonElement file) =>
            CaptureFile.Read(Path.Combine(folder.Path, file.GetString()!));
    }

    [Theory]
    [InlineData(0xa1b2c3d4, 1000, false)]
    [InlineData(0xa1b2c3d4, 1000, true)]
    [InlineData(0xa1b23c4d, 1, false)]
    [InlineData(0xa1b23c4d, 1, true)]
    public void Classic_files_of_either_byte_order_and_resolution_read_the_same(
        uint magic,
        int unit,
        bool bigEndian
    )
    {
        byte[] file =
        [
            .. Words(bigEndian, magic, bigEndian ? 0x0002_0004u : 0x0004_0002u, 0, 0, 65535, 113),
            .. Words(bigEndian, 10, 20, 3, 99),
            .. (ReadOnlySpan<byte>)[1, 2, 3],
            .. Words(bigEndian, 11, 0, 0, 0),
        ];

        var packets = CaptureFile.Parse(file);
        Assert.Equal(2, packets.Count);
        Assert.Equal(LinkType.LinuxCooked, packets[0].Link);
        Assert.Equal(10_000_000_000 + (20 * unit), packets[0].TimeNs);
        Assert.Equal([1, 2, 3], packets[0].Data.ToArray());
        Assert.Equal(
            (1, 99, 2, 0),
            (packets[0].Number, packets[0].WireLength, packets[1].Number, packets[1].WireLength)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pcapng_section_of_either_byte_order_reads_the_same(bool bigEndian)
    {
        byte[] file =
        [
            .. Words(
                bigEndian,
                0x0a0d0d0a,
                28,
                0x1a2b3c4d,
                bigEndian ? 0x0001_0000u : 0x0000_0001u,
                uint.MaxValue,
                uint.MaxValue,
                28
            ),
            .. Words(bigEndian, 1, 20, bigEndian ? 0x0001_0000u : 1u, 0, 20), // Ethernet
            .. Words(bigEndian, 1, 28, bigEndian ? 0x0065_0000u : 101u, 2), // raw IP, snapped to 2 bytes, 2^-10 seconds
            .. Options(bigEndian, 9, 0x8a),
            .. Words(bigEndian, 28),
            .. Words(bigEndian, 6, 36, 1, 0, 2048, 3, 7, 0x01020304, 36),
            .. Words(bigEndian, 5, 12, 12), // statistics: skipped
            .. Words(bigEndian, 3, 20, 4, 0x0a0b0c0d, 20),
        ];

        var packets = CaptureFile.Parse(file);
        Assert.Equal(2, packets.Count);
        Assert.Equal(
            (LinkType.Raw, 2_000_000_000, 7, 1),
            (packets[0].Link, packets[0].TimeNs, packets[0].WireLength, packets[0].Interface)
        );
        Assert.Equal(bigEndian ? [1, 2, 3] : [4, 3, 2], packets[0].Data.ToArray());
        Assert.Equal(
            (LinkType.Ethernet, 4, 4),
            (packets[1].Link, packets[1].WireLength, packets[1].Data.Length)
        );
    }

    [Fact]
    public void Broken_files_are_refused_with_the_place_where_they_break()
    {
        byte[] cut =
        [
            .. Words(false, 0xa1b2c3d4, 0x0004_0002, 0, 0, 65535, 1),
            .. Words(false, 1, 1, 9, 9),
            1,
            2,
        ];
        Assert.Contains(
            "byte 40",
            Assert.Throws<InvalidDataException>(() => CaptureFile.Parse(cut)).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InvalidDataException>(() => CaptureFile.Parse(new byte[30]));
        Assert.Throws<InvalidDataException>(() => CaptureFile.Parse(new byte[2]));
        Assert.Throws<InvalidDataException>(() =>
            CaptureFile.Parse(Words(false, 0x0a0d0d0a, 13, 0x1a2b3c4d, 1, 1, 1, 28))
        );
    }

    private static CaptureFolder Folder()
    {
        Skip.If(CaptureFolder.Instance is null, CaptureFolder.AbsentReason);
        return CaptureFolder.Instance;
    }

    private static byte[] Words(bool bigEndian, params ReadOnlySpan<uint> words)
    {
        var bytes = new byte[words.Length * 4];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(
                bytes.AsSpan(i * 4),
                bigEndian ? words[i] : BinaryPrimitives.ReverseEndianness(words[i])
            );
        }

        return bytes;
    }

    private static byte[] Options(bool bigEndian, byte code, byte value) =>
        bigEndian ? [0, code, 0, 1, value, 0, 0, 0] : [code, 0, 1, 0, value, 0, 0, 0];
}
