using System.Buffers;
using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Reading;

internal enum StreamEvent
{
    /// <summary>An item of the list.</summary>
    Item,

    /// <summary>The list itself, or a frame of the watch.</summary>
    Document,

    /// <summary>The stream ended between two texts.</summary>
    End,
}

/// <summary>An answer of the API server, object by object, in memory for one object's wanted fields.</summary>
/// <remarks>The stream belongs to whoever opened it.</remarks>
internal sealed class ObjectStream(Stream body, FieldTree wanted, RequestTimer timer) : IDisposable
{
    /// <summary>
    /// Bytes of wanted fields in one object. An API server takes requests of 3 MiB and etcd objects of 1.5 MiB, so that what
    /// has more is no object of a cluster.
    /// </summary>
    public const int MaxObject = 4 * 1024 * 1024;

    private const int BufferSize = 32 * 1024;

    private readonly JsonFilter _filter = new(wanted, MaxObject);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;

    /// <summary>The wanted fields of the item or document, as JSON; valid until the next call of <see cref="NextAsync"/>.</summary>
    public ReadOnlySpan<byte> Json => _filter.Json;

    /// <summary>It has more than <see cref="MaxObject"/>; <see cref="Json"/> is its beginning.</summary>
    public bool IsTruncated => _filter.IsTruncated;

    /// <summary>Bytes of JSON read so far.</summary>
    public long BytesRead { get; private set; }

    /// <exception cref="InvalidDataException">It is not JSON, or ends within a text.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or the timer ran out.</exception>
    public async ValueTask<StreamEvent> NextAsync()
    {
        while (true)
        {
            var told = _filter.Read(_buffer.AsSpan(_start, _end - _start), out var consumed);
            _start += consumed;
            switch (told)
            {
                case FilterEvent.Item:
                    return StreamEvent.Item;
                case FilterEvent.Document:
                    return StreamEvent.Document;
                case FilterEvent.Invalid:
                    throw new InvalidDataException("the answer is not the JSON of an API server");
            }

            timer.Arm();
            _start = 0;
            _end = await body.ReadAsync(_buffer, timer.Token);
            BytesRead += _end;
            if (_end == 0)
            {
                return _filter.IsBetweenDocuments
                    ? StreamEvent.End
                    : throw new InvalidDataException("the answer ends within an object");
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }
}
