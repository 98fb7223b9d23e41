using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Misbehaviour;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>The body of a response: gathered, compressed where asked for, and slow where told so.</summary>
internal sealed class ResponseStream(HttpContext context, Faults faults, bool gzip) : IAsyncDisposable
{
    private const int ChunkBytes = 64 * 1024;
    private static readonly TimeSpan SliceTime = TimeSpan.FromMilliseconds(50);

    private readonly Stream _body = gzip
        ? new GZipStream(context.Response.Body, CompressionLevel.Fastest, leaveOpen: true)
        : context.Response.Body;

    public ArrayBufferWriter<byte> Buffer { get; } = new(ChunkBytes);

    /// <summary>Sends what was gathered, if it is worth it.</summary>
    public ValueTask DrainAsync() => Buffer.WrittenCount < ChunkBytes ? default : FlushAsync();

    /// <summary>Sends what was gathered.</summary>
    public async ValueTask FlushAsync()
    {
        var stop = context.RequestAborted;
        for (var sent = 0; sent < Buffer.WrittenCount; )
        {
            var rate = faults.BytesPerSecond;
            var left = Buffer.WrittenCount - sent;
            var size = rate == 0 ? left : Math.Min(left, Math.Max(1, (int)(rate * SliceTime.TotalSeconds)));
            await _body.WriteAsync(Buffer.WrittenMemory.Slice(sent, size), stop);
            sent += size;
            if (rate != 0)
            {
                await _body.FlushAsync(stop);
                await Task.Delay(SliceTime, stop);
            }
        }

        Buffer.ResetWrittenCount();
        if (!gzip)
        {
            await _body.FlushAsync(stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (gzip)
        {
            await _body.DisposeAsync();
        }
    }
}
