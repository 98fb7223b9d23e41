using System.Runtime.CompilerServices;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;

namespace NetMon.Bpf;

/// <summary>Takes records from a <see cref="RingBuffer{TRecord}"/>; a struct, so that the call is inlined.</summary>
public interface IRecordHandler<TRecord>
    where TRecord : unmanaged
{
    /// <param name="record">Lies in the ring: valid during the call only.</param>
    /// <param name="position">Of the consumer when the record is done with: where the ring goes on after it.</param>
    void OnRecord(in TRecord record, ulong position);
}

/// <summary>
/// Our side of the kernel's ring of records (BPF_MAP_TYPE_RINGBUF): one reader, which reads the records where they lie.
/// </summary>
/// <remarks>
/// <code>
/// page 0          consumer position, ours to write        (1)
/// page 1          producer position, the kernel's         (2)
/// page 2 ..       the data: at [position and mask]: | length 30 bits, DISCARD, BUSY | page offset | record ... | pad to 8
/// </code>
/// The kernel offers the data twice in a row, so that a record that wraps is contiguous; it is mapped once, and such a record is
/// copied, once in thousands: mapped pages count as the process's resident memory, each as often as it is mapped.
/// Positions only grow. The kernel wakes us only when it commits the record at the consumer position, so after (1) is
/// published (2) is looked at once more, with a full barrier in between (kernel/bpf/ringbuf.c, bpf_ringbuf_commit).
/// </remarks>
public sealed unsafe class RingBuffer<TRecord> : IDisposable
    where TRecord : unmanaged
{
    private const uint BusyBit = 1u << 31;
    private const uint DiscardBit = 1u << 30;
    private const int HeaderBytes = 8;

    private readonly FileDescriptor _descriptor;
    private readonly MappedMemory _consumerPage;
    private readonly MappedMemory _producerPages;
    private readonly Event _wake = new();
    private readonly ulong* _consumer;
    private readonly ulong* _producer;
    private readonly byte* _data;
    private readonly ulong _mask;
    private readonly uint _recordBytes;

    /// <summary>A record that wraps, in one piece. Pinned.</summary>
    private readonly byte[] _wrapped;

    /// <summary>Bytes after which the consumer position is published: rarely enough to be cheap, often enough that the kernel has room.</summary>
    private readonly ulong _publishBytes;
    private long _badRecords;

    /// <exception cref="BpfException">The ring cannot be mapped.</exception>
    internal RingBuffer(BpfMap map)
        : this(map, sizeof(TRecord)) { }

    /// <param name="map">Of type BPF_MAP_TYPE_RINGBUF.</param>
    /// <param name="recordBytes">Of a record that is no <typeparamref name="TRecord"/>, but begins with one.</param>
    /// <exception cref="BpfException">The ring cannot be mapped.</exception>
    internal RingBuffer(BpfMap map, int recordBytes)
    {
        _recordBytes = (uint)recordBytes;
        _wrapped = GC.AllocateUninitializedArray<byte>(recordBytes, pinned: true);
        var page = Environment.SystemPageSize;
        _descriptor = map.Descriptor;
        Capacity = map.MaxEntries;
        _mask = (ulong)Capacity - 1;
        _publishBytes = (ulong)Capacity / 16;
        const string Operation = "map the ring of records";
        _consumerPage = MappedMemory.Map(_descriptor, 0, (nuint)page, true, Operation);
        _producerPages = MappedMemory.Map(
            _descriptor,
            page,
            (nuint)(page + (long)Capacity),
            false,
            Operation
        );
        _consumer = (ulong*)_consumerPage.Start;
        _producer = (ulong*)_producerPages.Start;
        _data = _producerPages.Start + page;
    }

    /// <summary>Bytes that the ring holds, headers of 8 bytes a record included.</summary>
    public int Capacity { get; }

    /// <summary>Where the next record is read; it only grows, and outlives the process where the map does.</summary>
    public ulong Position => Volatile.Read(ref *_consumer);

    /// <summary>Where the kernel writes the next record: once <see cref="Position"/> is there, all that was written until now is consumed.</summary>
    public ulong End => Volatile.Read(ref *_producer);

    /// <summary>Bytes that wait to be consumed.</summary>
    public long PendingBytes => (long)(Volatile.Read(ref *_producer) - Volatile.Read(ref *_consumer));

    /// <summary>Records whose length was not that of a <typeparamref name="TRecord"/>: not handed out.</summary>
    public long BadRecords => Volatile.Read(ref _badRecords);

    /// <summary>Waits until there are records, <see cref="Wake"/> is called or the time is over.</summary>
    /// <param name="timeout">Negative: without end.</param>
    /// <returns>Whether there are records.</returns>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public bool Wait(TimeSpan timeout) => HasRecord() || Waiting.ForData(_descriptor, _wake, timeout, out _);

    /// <summary>Ends a <see cref="Wait"/>, now or the next one. From any thread.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Hands records to <paramref name="handler"/>, oldest first; allocates nothing. One thread only.</summary>
    /// <param name="handler">Its exceptions pass through; the record counts as consumed.</param>
    /// <param name="max">Records to hand out at most.</param>
    /// <returns>Records handed out; fewer than <paramref name="max"/> when no more are there.</returns>
    public int Consume<T>(ref T handler, int max)
        where T : IRecordHandler<TRecord>
    {
        var handed = 0;
        var position = *_consumer;
        var published = position;
        var limit = Volatile.Read(ref *_producer);
        try
        {
            while (handed < max)
            {
                if (TryNext(ref position, limit, out var record))
                {
                    handed++;
                    handler.OnRecord(in *record, position);
                    if (position - published >= _publishBytes)
                    {
                        Volatile.Write(ref *_consumer, position);
                        published = position;
                    }
                }
                else if (position != published)
                {
                    Volatile.Write(ref *_consumer, position);
                    published = position;
                    Interlocked.MemoryBarrier();
                    limit = Volatile.Read(ref *_producer);
                }
                else
                {
                    break;
                }
            }
        }
        finally
        {
            Volatile.Write(ref *_consumer, position);
        }

        return handed;
    }

    /// <summary>Hands out records as <see cref="Consume"/> does, but leaves them in the ring.</summary>
    internal void Peek<T>(ref T handler, int max)
        where T : IRecordHandler<TRecord>
    {
        var position = *_consumer;
        var limit = Volatile.Read(ref *_producer);
        for (var i = 0; i < max && TryNext(ref position, limit, out var record); i++)
        {
            handler.OnRecord(in *record, position);
        }
    }

    /// <summary>Goes on at a position, without handing out what lies before it. Not while records are consumed.</summary>
    /// <param name="position">What a handler was given with the last record that is not to come again.</param>
    /// <exception cref="ArgumentOutOfRangeException">It lies before what was consumed, or behind what was produced.</exception>
    public void SkipTo(ulong position)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(position, Volatile.Read(ref *_consumer));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Volatile.Read(ref *_producer));
        Volatile.Write(ref *_consumer, position);
    }

    public void Dispose()
    {
        _consumerPage.Dispose();
        _producerPages.Dispose();
        _wake.Dispose();
    }

    /// <summary>Steps over what is at <paramref name="position"/>, discarded and bad records included, to the next good one before <paramref name="limit"/>.</summary>
    /// <returns>Whether there is one; else <paramref name="position"/> is where the kernel commits next.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryNext(ref ulong position, ulong limit, out TRecord* record)
    {
        record = null;
        while (position < limit)
        {
            var start = _data + (position & _mask);
            var header = Volatile.Read(ref *(uint*)start);
            if ((header & BusyBit) != 0)
            {
                return false;
            }

            var length = header & ~DiscardBit;
            var taken = (length + HeaderBytes + 7) & ~7ul;
            if (taken > Math.Min(limit - position, (ulong)Capacity))
            {
                // No ring is made so: skip what was produced rather than read beyond it, or beyond the mapping.
                position = limit;
                _badRecords++;
                return false;
            }

            position += taken;
            if ((header & DiscardBit) != 0)
            {
                continue;
            }

            if (length == _recordBytes)
            {
                record = (TRecord*)Whole(start + HeaderBytes);
                return true;
            }

            _badRecords++;
        }

        return false;
    }

    private byte* Whole(byte* record)
    {
        var first = _data + Capacity - record;
        return first >= _recordBytes ? record : Join(record, (int)first);
    }

    private byte* Join(byte* record, int first)
    {
        new ReadOnlySpan<byte>(record, first).CopyTo(_wrapped);
        new ReadOnlySpan<byte>(_data, _wrapped.Length - first).CopyTo(_wrapped.AsSpan(first));
        return (byte*)
            Unsafe.AsPointer(
                ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(_wrapped)
            );
    }

    private bool HasRecord()
    {
        var position = *_consumer;
        return position < Volatile.Read(ref *_producer)
            && (Volatile.Read(ref *(uint*)(_data + (position & _mask))) & BusyBit) == 0;
    }
}
