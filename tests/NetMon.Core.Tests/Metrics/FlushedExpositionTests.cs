using System.Buffers;
using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

public class FlushedExpositionTests
{
    /// <summary>Whatever an exposition's size: also where the last family is the one after which the answer is flushed.</summary>
    [Theory]
    [InlineData(ExpositionFormat.PrometheusText)]
    [InlineData(ExpositionFormat.OpenMetrics)]
    public void After_a_flush_nothing_is_handed_over_before_a_block_was_asked_for(ExpositionFormat format)
    {
        var registry = new MetricRegistry();
        for (var i = 0; i < 3; i++)
        {
            registry.Observe(new Instrument($"some{i}", MetricType.Gauge, "things", "Some."), () => 1L);
        }

        var output = new Answer();
        var family = 0;
        while (registry.WriteNext(output, format, ref family))
        {
            output.Flush();
        }

        Assert.Contains("some2 1\n", output.Text, StringComparison.Ordinal);
    }

    /// <summary>As strict as a Kestrel response.</summary>
    private sealed class Answer : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _written = new();
        private bool _asked;

        public string Text => System.Text.Encoding.UTF8.GetString(_written.WrittenSpan);

        public void Flush() => _asked = false;

        public void Advance(int count)
        {
            Assert.True(_asked, "Advance without a block");
            _written.Advance(count);
        }

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            _asked = true;
            return _written.GetMemory(sizeHint);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
