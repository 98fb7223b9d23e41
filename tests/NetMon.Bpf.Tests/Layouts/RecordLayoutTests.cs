using System.Buffers.Binary;
using System.Runtime.InteropServices;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.Layouts;

/// <summary>What records mean, written down and read again; and records that go to another layout and come back.</summary>
public class RecordLayoutTests
{
    [Fact]
    public void A_layout_that_is_written_down_is_read_as_the_same()
    {
        var bytes = RecordLayout.Own.Describe();
        Assert.True(RecordLayout.TryParse([.. bytes, 1, 2, 3], out var layout, out var fault), fault);
        Assert.True(layout!.IsOwn);
        Assert.Equal(Marshal.SizeOf<FlowRecord>(), layout.RecordBytes);
        Assert.Equal(RecordLayout.Own.Fields.Fields, layout.Fields.Fields);
        Assert.Empty(layout.LostFields);
    }

    [Fact]
    public void Every_field_comes_back_from_another_layout()
    {
        var (own, other) = (RecordLayout.Own.Fields, Shuffled(RecordLayout.Own.Fields));
        var (there, back) = (new RecordTranslation(own, other), new RecordTranslation(other, own));
        Assert.Empty(there.Lost);
        Assert.Equal(["news"], back.Lost);
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            var record = new byte[own.Size];
            random.NextBytes(record);
            foreach (var padding in own.Fields.Where(field => field.IsPadding))
            {
                record.AsSpan(padding.Offset..padding.End).Clear();
            }

            var middle = new byte[other.Size];
            var end = new byte[own.Size];
            there.Apply(record, middle);
            back.Apply(middle, end);
            Assert.Equal(record, end);

            // And it is read where it lies now, by what is written down of it.
            Assert.True(
                RecordLayout.TryParse(LayoutDescription.Write(other), out var layout, out var fault),
                fault
            );
            Assert.Equal(["news"], layout!.LostFields);
            var translated = layout.Translate(middle);
            Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(40)), translated.TimeNs);
        }
    }

    [Theory]
    [InlineData("key.addr[1]")]
    [InlineData("traffic.bytes")]
    [InlineData("reason")]
    public void A_layout_without_what_counts_is_none(string missing)
    {
        var own = RecordLayout.Own.Fields;
        var less = TypeLayout.Of(own.Size, own.Fields.Where(field => field.Path != missing));
        Assert.False(RecordLayout.TryParse(LayoutDescription.Write(less), out _, out var fault));
        Assert.Contains(missing, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_byte_anywhere_is_found()
    {
        var whole = RecordLayout.Own.Describe();
        for (var i = 0; i < whole.Length; i++)
        {
            var bytes = whole.ToArray();
            bytes[i] ^= 0x10;
            Assert.False(RecordLayout.TryParse(bytes, out _, out var fault));
            Assert.NotEmpty(fault);
            Assert.False(RecordLayout.TryParse(whole.AsSpan(0, i), out _, out _));
        }
    }

    // In the reverse order, behind something new, numbers that are alone twice as wide.
    private static TypeLayout Shuffled(TypeLayout own)
    {
        var fields = new List<TypeField> { new("news", 0, 8, 1) };
        foreach (var field in own.Fields.Reverse().Where(field => !field.IsPadding))
        {
            var size = field is { Count: 1, Size: < 8 } ? field.Size * 2 : field.Size;
            fields.Add(field with { Offset = fields[^1].End, Size = size });
        }

        return TypeLayout.Of((fields[^1].End + 7) & ~7, fields);
    }
}
