using NetMon.Agent.Flows;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Ledger;

/// <summary>What identifies a flow's entry in the table, and where its counts go, beside the flow itself.</summary>
internal struct KeptEntry
{
    public FlowKey Key;
    public FlowKey Twin;
    public Flow Flow;
    public ulong RecordNs;
    public byte SourceEnd;
    public FlowRole Role;
    public bool IsBehind;
    public bool NoEndpoints;
}

/// <summary>Entries of the flow table in few bytes.</summary>
internal static class EntryCodec
{
    /// <summary>Bytes at most, without objects that are new.</summary>
    public const int MaxBytes = FlowCodec.MaxBytes + 128;

    [Flags]
    private enum Marks : byte
    {
        None = 0,
        SourceEnd1 = 1,
        Shadow = 2,
        IsBehind = 4,
        NoEndpoints = 8,
        Twin = 16,

        /// <summary>The key is that of the flow's own ends: it is not translated.</summary>
        PlainKey = 32,
    }

    /// <param name="writer">With room for <see cref="MaxBytes"/> and for objects.</param>
    /// <param name="objects">What was met before.</param>
    /// <param name="entry">A counted flow, or a shadow.</param>
    /// <param name="flow">The flow as it is to be kept, which need not be the entry's.</param>
    public static void Write(ref LedgerWriter writer, LedgerObjects objects, in FlowEntry entry, in Flow flow)
    {
        var start = writer.Open();
        var isPlain = FlowKeys.AreEqual(KeyOf(in flow, entry.SourceEnd), in entry.Key);
        var marks =
            (entry.SourceEnd == 1 ? Marks.SourceEnd1 : Marks.None)
            | (entry.Role == FlowRole.Shadow ? Marks.Shadow : Marks.None)
            | (entry.IsBehind ? Marks.IsBehind : Marks.None)
            | (entry.NoEndpoints ? Marks.NoEndpoints : Marks.None)
            | (entry.Twin.Protocol != 0 ? Marks.Twin : Marks.None)
            | (isPlain ? Marks.PlainKey : Marks.None);
        writer.Byte((byte)marks);
        writer.Number(entry.RecordNs);
        if (!isPlain)
        {
            writer.Key(in entry.Key);
        }

        if ((marks & Marks.Twin) != Marks.None)
        {
            writer.Key(in entry.Twin);
        }

        FlowCodec.Write(ref writer, objects, in flow);
        writer.Close(start);
    }

    public static void Read(ref LedgerReader reader, LedgerObjectReader objects, out KeptEntry entry)
    {
        var part = reader.Part();
        var marks = (Marks)part.Byte();
        entry = new KeptEntry
        {
            RecordNs = part.Number(),
            SourceEnd = (marks & Marks.SourceEnd1) != Marks.None ? (byte)1 : (byte)0,
            Role = (marks & Marks.Shadow) != Marks.None ? FlowRole.Shadow : FlowRole.Counted,
            IsBehind = (marks & Marks.IsBehind) != Marks.None,
            NoEndpoints = (marks & Marks.NoEndpoints) != Marks.None,
        };
        if ((marks & Marks.PlainKey) == Marks.None)
        {
            entry.Key = part.Key();
        }

        if ((marks & Marks.Twin) != Marks.None)
        {
            entry.Twin = part.Key();
        }

        entry.Flow = FlowCodec.Read(ref part, objects);
        if ((marks & Marks.PlainKey) != Marks.None)
        {
            entry.Key = KeyOf(in entry.Flow, entry.SourceEnd);
        }
    }

    private static FlowKey KeyOf(in Flow flow, int sourceEnd)
    {
        var key = new FlowKey { Protocol = flow.Protocol };
        flow.Source.Address.CopyTo(key.Address[sourceEnd]);
        flow.Destination.Address.CopyTo(key.Address[1 - sourceEnd]);
        key.Port[sourceEnd] = flow.Source.Port;
        key.Port[1 - sourceEnd] = flow.Destination.Port;
        return key;
    }
}
