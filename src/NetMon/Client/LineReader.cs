using System.Buffers;
using System.IO.Pipelines;

namespace NetMon.Client;

/// <summary>Splits a stream into lines, however its bytes arrive, in bounded memory.</summary>
internal sealed class LineReader(Stream stream) : IAsyncDisposable
{
    /// <summary>Longest line taken, bytes. A flow is about 1,500; with names of the greatest length and labels that are all escapes, 70,000.</summary>
    public const int MaxLine = 128 * 1024;

    private readonly PipeReader _reader = PipeReader.Create(stream);
    private SequencePosition? _consumed;

    /// <summary>The next line without its end; null at the end of the stream, where a line without an end counts for nothing: it was cut off.</summary>
    /// <remarks>Valid until the next call. Empty lines are left out.</remarks>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="MaxLine"/>.</exception>
    public async ValueTask<ReadOnlySequence<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_consumed is { } consumed)
            {
                _reader.AdvanceTo(consumed);
                _consumed = null;
            }

            var line = await ReadRawAsync(cancellationToken);
            if (line is not { IsEmpty: true })
            {
                return line;
            }
        }
    }

    public ValueTask DisposeAsync() => _reader.CompleteAsync();

    private async ValueTask<ReadOnlySequence<byte>?> ReadRawAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                _consumed = buffer.GetPosition(1, end);
                var line = buffer.Slice(0, end);
                return line.Length > MaxLine ? throw TooLong() : line;
            }

            if (buffer.Length > MaxLine)
            {
                throw TooLong();
            }

            _reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    private static InvalidDataException TooLong() => new($"a line is longer than {MaxLine} bytes");
}
