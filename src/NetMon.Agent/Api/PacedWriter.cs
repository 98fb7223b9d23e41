using System.Buffers;
using System.IO.Pipelines;

namespace NetMon.Agent.Api;

/// <summary>Lets what was written leave from time to time, so that a long answer is never in memory whole, for writers that cannot wait.</summary>
/// <remarks>
/// It blocks a thread while the reader is behind: for as many answers as may be written at once, and no longer than a stalled reader is waited for. It does so
/// only between blocks of a family of a thousand series and more, which hold no lock.
/// </remarks>
internal sealed class PacedWriter(PipeWriter output, CancellationToken cancellation) : IBufferWriter<byte>
{
    private const int MostUnflushed = 1 << 20;

    public void Advance(int count) => output.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Leave();
        return output.GetMemory(sizeHint);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Leave();
        return output.GetSpan(sizeHint);
    }

    private void Leave()
    {
        if (output.UnflushedBytes < MostUnflushed)
        {
            return;
        }

        // Of a connection that is gone, the server takes the rest and forgets it.
        var flush = output.FlushAsync(cancellation);
        if (!flush.IsCompleted)
        {
            flush.AsTask().GetAwaiter().GetResult();
        }
    }
}
