namespace NetMon.Agent.Ledger;

/// <summary>What a checkpoint says of itself.</summary>
internal struct CheckpointHead
{
    /// <summary>The machine's start, which no kernel position outlives.</summary>
    public Guid Boot;

    /// <summary>Number of the checkpoint.</summary>
    public ulong Generation;

    /// <summary>File name of the journal whose generation of the same number follows it.</summary>
    public string Journal;

    /// <summary>Up to where records were taken.</summary>
    public LedgerPositions Positions;

    public readonly void Write(ref LedgerWriter writer)
    {
        writer.Raw(in Boot);
        writer.Number(Generation);
        writer.Text(Journal);
        Positions.Write(ref writer);
    }

    public static CheckpointHead Read(ref LedgerReader reader) =>
        new()
        {
            Boot = reader.Raw<Guid>(),
            Generation = reader.Number(),
            Journal = reader.TextOrEmpty(),
            Positions = LedgerPositions.Read(ref reader),
        };
}

/// <summary>Up to where records were taken from each of their origins.</summary>
internal struct LedgerPositions
{
    /// <summary>The kernel's number of the ring, and the consumer's position in it.</summary>
    public uint Ring;
    public ulong RingPosition;

    /// <summary>The same of the ring before it.</summary>
    public uint OldRing;
    public ulong OldRingPosition;

    /// <summary>Filling of the sweeper's chunk and place in it, see <see cref="SweepPosition"/>.</summary>
    public ulong Sweep;

    /// <summary>How many of those were processed that an earlier process had left.</summary>
    public ulong Resumed;

    public static ulong SweepPosition(ulong sequence, int index) => (sequence << 8) | (uint)index;

    public void Take(RecordOrigin origin, ulong position)
    {
        switch (origin)
        {
            case RecordOrigin.Ring:
                RingPosition = position;
                break;
            case RecordOrigin.OldRing:
                OldRingPosition = position;
                break;
            case RecordOrigin.Sweep:
                Sweep = position;
                break;
            case RecordOrigin.Resumed:
                Resumed = position;
                break;
        }
    }

    public readonly void Write(ref LedgerWriter writer)
    {
        writer.Number((ulong)Ring);
        writer.Fixed(RingPosition);
        writer.Number((ulong)OldRing);
        writer.Fixed(OldRingPosition);
        writer.Fixed(Sweep);
        writer.Number(Resumed);
    }

    public static LedgerPositions Read(ref LedgerReader reader) =>
        new()
        {
            Ring = reader.UInt(),
            RingPosition = reader.Fixed(),
            OldRing = reader.UInt(),
            OldRingPosition = reader.Fixed(),
            Sweep = reader.Fixed(),
            Resumed = reader.Number(),
        };
}
