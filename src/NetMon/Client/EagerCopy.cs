using System.IO.Pipelines;

namespace NetMon.Client;

/// <summary>Copies a stream to a slow taker without letting the sender wait.</summary>
/// <remarks>An agent cuts off those who are slow to read a list; a person with a pager is slow. What is not taken yet stays in memory.</remarks>
internal static class EagerCopy
{
    /// <param name="reading">Cancels the reading of the stream.</param>
    /// <param name="taking">Cancels the wait for more.</param>
    public static async Task RunAsync(
        Stream stream,
        Action<ReadOnlySpan<byte>> take,
        CancellationToken reading,
        CancellationToken taking
    )
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var filling = FillAsync(stream, pipe.Writer, reading);
        try
        {
            await DrainAsync(pipe.Reader, take, taking);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
            await filling;
        }
    }

    /// <summary>Reads a stream that is taken in ahead of its reader.</summary>
    /// <param name="reading">Cancels the taking in.</param>
    public static async Task<T> ReadAheadAsync<T>(
        Stream stream,
        Func<Stream, Task<T>> read,
        CancellationToken reading
    )
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var filling = FillAsync(stream, pipe.Writer, reading);
        try
        {
            await using var ahead = pipe.Reader.AsStream();
            return await read(ahead);
        }
        finally
        {
            await filling;
        }
    }

    // An error travels through the pipe, behind what was read before it.
    private static async Task FillAsync(Stream stream, PipeWriter writer, CancellationToken reading)
    {
        Exception? failure = null;
        try
        {
            await stream.CopyToAsync(writer, reading);
        }
        catch (Exception e)
        {
            failure = e;
        }

        await writer.CompleteAsync(failure);
    }

    private static async Task DrainAsync(
        PipeReader reader,
        Action<ReadOnlySpan<byte>> take,
        CancellationToken taking
    )
    {
        ReadResult read;
        do
        {
            read = await reader.ReadAsync(taking);
            foreach (var piece in read.Buffer)
            {
                take(piece.Span);
            }

            reader.AdvanceTo(read.Buffer.End);
        } while (!read.IsCompleted);
    }
}
