using System.Runtime.CompilerServices;

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

    /// <summary>The same of the rings before it, the youngest first.</summary>
    public OldRings Old;

    /// <summary>Filling of the sweeper's chunk and place in it, see <see cref="SweepPosition"/>.</summary>
    public ulong Sweep;

    /// <summary>How many of those were processed that an earlier process had left.</summary>
    public ulong Resumed;

    /// <summary>Filling of the chunk of earlier programs that is in the journal.</summary>
    public ulong Earlier;

    public static ulong SweepPosition(ulong sequence, int index) => (sequence << 8) | (uint)index;

    /// <summary>From here on records come from another ring.</summary>
    public void ChangeRing(uint ring)
    {
        for (var i = OldRings.Length - 1; i > 0; i--)
        {
            Old[i] = Old[i - 1];
        }

        Old[0] = new(Ring, RingPosition);
        (Ring, RingPosition) = (ring, 0);
    }

    /// <summary>The position in a ring; null: nothing is known of it.</summary>
    public readonly ulong? In(uint ring)
    {
        if (ring == Ring)
        {
            return RingPosition;
        }

        foreach (var old in Old)
        {
            if (old.Ring == ring)
            {
                return old.Position;
            }
        }

        return null;
    }

    /// <param name="origin">Of a record.</param>
    /// <param name="position">Its, there.</param>
    /// <param name="ring">Which of the earlier rings it is from.</param>
    public void Take(RecordOrigin origin, ulong position, uint ring = 0)
    {
        switch (origin)
        {
            case RecordOrigin.Ring:
                RingPosition = position;
                break;
            case RecordOrigin.OldRing:
                foreach (ref var old in Old)
                {
                    old.Position = old.Ring == ring ? position : old.Position;
                }

                break;
            case RecordOrigin.Sweep:
                Sweep = position;
                break;
            case RecordOrigin.Resumed:
                Resumed = position;
                break;
            case RecordOrigin.LeftSwept when position != 0:
                Earlier = position;
                break;
        }
    }

    public readonly void Write(ref LedgerWriter writer)
    {
        writer.Number((ulong)Ring);
        writer.Fixed(RingPosition);
        writer.Fixed(Sweep);
        writer.Number(Resumed);
        writer.Fixed(Earlier);
        foreach (var old in Old)
        {
            writer.Number((ulong)old.Ring);
            writer.Fixed(old.Position);
        }
    }

    public static LedgerPositions Read(ref LedgerReader reader)
    {
        var positions = new LedgerPositions
        {
            Ring = reader.UInt(),
            RingPosition = reader.Fixed(),
            Sweep = reader.Fixed(),
            Resumed = reader.Number(),
            Earlier = reader.Fixed(),
        };
        foreach (ref var old in positions.Old)
        {
            old = new(reader.UInt(), reader.Fixed());
        }

        return positions;
    }
}

/// <summary>A ring of the kernel, and the consumer's position in it.</summary>
internal record struct RingPosition(uint Ring, ulong Position);

/// <summary>More agents of other layouts than that do not come one after the other before the first one's ring is empty.</summary>
[InlineArray(Length)]
internal struct OldRings
{
    public const int Length = 4;

    private RingPosition _element;
}
