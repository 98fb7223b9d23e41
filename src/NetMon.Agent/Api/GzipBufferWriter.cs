using System.Buffers;
using System.IO.Compression;

namespace NetMon.Agent.Api;

/// <summary>Compresses what is written to it, block by block, into another writer (RFC 1952). Disposing it writes the end.</summary>
internal sealed class GzipBufferWriter : IBufferWriter<byte>, IDisposable
{
    private const int BlockBytes = 32 * 1024;

    private readonly GZipStream _gzip;
    private byte[] _block = ArrayPool<byte>.Shared.Rent(BlockBytes);
    private int _length;

    public GzipBufferWriter(IBufferWriter<byte> output) =>
        _gzip = new GZipStream(new WriterStream(output), CompressionLevel.Fastest);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _block.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Writes the end; nothing may follow.</summary>
    public void Finish()
    {
        Compress();
        _gzip.Dispose();
    }

    public void Dispose()
    {
        _gzip.Dispose();
        ArrayPool<byte>.Shared.Return(_block);
        _block = [];
    }

    private void Reserve(int size)
    {
        if (_block.Length - _length >= size)
        {
            return;
        }

        Compress();
        if (_block.Length < size)
        {
            ArrayPool<byte>.Shared.Return(_block);
            _block = ArrayPool<byte>.Shared.Rent(size);
        }
    }

    private void Compress()
    {
        _gzip.Write(_block, 0, _length);
        _length = 0;
    }

    private sealed class WriterStream(IBufferWriter<byte> output) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) =>
            Write(buffer.AsSpan(offset, count));

        // With the size asked for: a Kestrel response that has not begun may answer an open question with no room at all.
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            buffer.CopyTo(output.GetSpan(buffer.Length));
            output.Advance(buffer.Length);
        }

        public override void Flush() { }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
