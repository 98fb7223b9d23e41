namespace NetMon.Agent.Ledger;

/// <summary>What happened since the last checkpoint, in memory that outlives the process. The capture loop's.</summary>
/// <remarks>
/// <code>
///   0        magic | version | boot | length of a half
///   64       generation of half 0 | bytes committed in it | the same of half 1
///   128      what the bytes of records mean (RecordLayout)
///   8192     the sweeper's chunk (SweepChunk)
///   45056    the chunk of earlier programs (EarlierChunk)
///   86016    half 0: entries
///   ..       half 1: entries
/// </code>
/// An entry is written behind the committed bytes, then a single store commits all entries of a group: a process that is killed
/// leaves a group whole or not at all. Generation g is in half g % 2, so the one before is there until a checkpoint no longer needs it.
/// </remarks>
internal sealed class Journal : IDisposable
{
    public const ulong Magic = 0x4c_41_4e_52_4a_4d_4e; // "NMJRNAL"
    public const int Version = 2;
    public const int HeaderBytes = 8192;
    public const int LayoutOffset = 128;
    public const int ChunkOffset = HeaderBytes;
    public const int ChunkBytes = 36 * 1024;
    public const int EarlierOffset = ChunkOffset + ChunkBytes;
    public const int HalvesOffset = EarlierOffset + EarlierChunk.Bytes;

    /// <summary>A group needs no more.</summary>
    public const int MaxGroup = 64 * 1024;

    private const int SlotsOffset = 64;
    private const int SlotBytes = 16;

    /// <summary>Room is asked of the file system in such parts.</summary>
    private const int Step = 256 * 1024;

    private readonly MappedFile _file;
    private readonly long _halfBytes;
    private readonly long[] _reserved = new long[2];
    private ulong _generation;
    private long _end;
    private long _committed;

    /// <param name="path">A file that is made anew.</param>
    /// <param name="bytes">Of both halves.</param>
    /// <param name="layout">What the bytes of records mean: a description.</param>
    /// <param name="boot">Tells the machine's start.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public Journal(string path, long bytes, ReadOnlySpan<byte> layout, Guid boot)
    {
        _halfBytes = Math.Max(bytes / 2, 2 * MaxGroup) & ~4095L;
        _file = new MappedFile(path, HalvesOffset + (2 * _halfBytes));
        if (!_file.TryReserve(0, HalvesOffset))
        {
            _file.Dispose();
            throw new IOException("no room for the journal");
        }

        _file.Word(8) = Version;
        layout.CopyTo(_file[LayoutOffset, HeaderBytes - LayoutOffset]);
        boot.TryWriteBytes(_file[16, 16]);
        _file.Word(32) = (ulong)_halfBytes;
        _file.Word(0) = Magic;
        Chunk = new SweepChunk(_file);
        Earlier = new EarlierChunk(_file);
    }

    public string Path => _file.Path;

    /// <summary>Where the sweeper reads records to.</summary>
    public SweepChunk Chunk { get; }

    /// <summary>Where records of earlier programs' map are read to.</summary>
    public EarlierChunk Earlier { get; }

    /// <summary>Bytes of entries since the last checkpoint.</summary>
    public long Used => _committed;

    /// <summary>Bytes that a generation holds at most.</summary>
    public long Capacity => _halfBytes;

    /// <summary>Begins a generation, empty; the one before stays as it is until the next is begun.</summary>
    public void Begin(ulong generation)
    {
        var slot = Slot(generation);
        _generation = generation;
        Volatile.Write(ref _file.Word(slot + 8), 0);
        Volatile.Write(ref _file.Word(slot), generation);
        _end = 0;
        _committed = 0;
    }

    /// <summary>Makes room for a group of entries.</summary>
    /// <returns>False: the journal is full.</returns>
    public bool TryRoom(int bytes = MaxGroup)
    {
        ref var reserved = ref _reserved[_generation & 1];
        while (_end + bytes > reserved)
        {
            var step = Math.Min(Step, _halfBytes - reserved);
            if (step <= 0 || !_file.TryReserve(Offset(_generation) + reserved, step))
            {
                return false;
            }

            reserved += step;
        }

        return true;
    }

    /// <summary>Where the payload of the next entry goes.</summary>
    public Span<byte> Payload =>
        _file[
            Offset(_generation) + _end + JournalHeader.Bytes,
            (int)Math.Min(_reserved[_generation & 1] - _end, 2 * MaxGroup) - JournalHeader.Bytes
        ];

    /// <summary>Adds an entry to the group.</summary>
    /// <param name="kind">What it tells.</param>
    /// <param name="length">Bytes of its payload.</param>
    /// <param name="origin">Of a record.</param>
    public void Add(JournalKind kind, int length, RecordOrigin origin = RecordOrigin.Carried)
    {
        var whole = (JournalHeader.Bytes + length + 7) & ~7;
        new JournalHeader(whole, kind, origin).Write(_file[Offset(_generation) + _end, JournalHeader.Bytes]);
        _end += whole;
    }

    /// <summary>The group counts.</summary>
    public void Commit()
    {
        if (_end != _committed)
        {
            Volatile.Write(ref _file.Word(Slot(_generation) + 8), (ulong)_end);
            _committed = _end;
        }
    }

    /// <summary>Gives back the room that nobody is expected to need soon: mapped pages are resident memory of this process, on tmpfs also of the machine.</summary>
    /// <param name="before">Whether the generation before is not needed any more.</param>
    /// <param name="keep">Bytes of each half that stay; what was committed stays in any case.</param>
    public void Trim(bool before, long keep)
    {
        Trim(_generation, Math.Max(keep, _end));
        if (before)
        {
            Trim(_generation - 1, keep);
        }
    }

    /// <summary>Goes on with the generation before, since the next one could not be begun.</summary>
    public void Resume(ulong generation)
    {
        _generation = generation;
        _committed = (long)_file.Word(Slot(generation) + 8);
        _end = _committed;
    }

    /// <summary>The entries of a generation: this one or the one before.</summary>
    public ReadOnlySpan<byte> Entries(ulong generation) =>
        _file[Offset(generation), (int)Volatile.Read(ref _file.Word(Slot(generation) + 8))];

    public void Dispose() => _file.Dispose();

    /// <summary>Reads how many bytes a generation has in the file that somebody left.</summary>
    /// <param name="start">The file up to the halves.</param>
    /// <param name="generation">The checkpoint's.</param>
    /// <param name="boot">That of now.</param>
    /// <param name="offset">Where they are in the file.</param>
    /// <exception cref="LedgerException">It is no journal, or not that of the checkpoint.</exception>
    public static int LengthOf(ReadOnlySpan<byte> start, ulong generation, Guid boot, out long offset)
    {
        var half = BitConverter.ToInt64(start[32..]);
        if (
            BitConverter.ToUInt64(start) != Magic
            || new Guid(start.Slice(16, 16)) != boot
            || half is < 0 or > int.MaxValue
        )
        {
            throw new LedgerException(LedgerRefusal.Corrupt, "not a journal");
        }

        if (BitConverter.ToInt32(start[8..]) != Version)
        {
            throw new LedgerException(LedgerRefusal.Version, "a journal of another version");
        }

        var slot = (int)Slot(generation);
        var length = BitConverter.ToInt64(start[(slot + 8)..]);
        if (BitConverter.ToUInt64(start[slot..]) != generation || length < 0 || length > half)
        {
            throw new LedgerException(LedgerRefusal.Corrupt, "the journal is not the checkpoint's");
        }

        offset = HalvesOffset + ((long)(generation & 1) * half);
        return (int)length;
    }

    /// <summary>Describes what the bytes of a journal's records mean.</summary>
    public static ReadOnlySpan<byte> LayoutOf(ReadOnlySpan<byte> start) => start[LayoutOffset..HeaderBytes];

    private void Trim(ulong generation, long keep)
    {
        ref var reserved = ref _reserved[generation & 1];
        var stay = (Math.Max(keep, 1) + Step - 1) / Step * Step;
        if (stay < reserved && _file.TryRelease(Offset(generation) + stay, reserved - stay))
        {
            reserved = stay;
        }
    }

    private static long Slot(ulong generation) => SlotsOffset + ((long)(generation & 1) * SlotBytes);

    private long Offset(ulong generation) => HalvesOffset + ((long)(generation & 1) * _halfBytes);
}
