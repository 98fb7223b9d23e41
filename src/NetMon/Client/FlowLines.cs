using System.Buffers;
using NetMon.Core.Flows;

namespace NetMon.Client;

internal static class FlowLines
{
    /// <summary>Reads a flow, or a loss, from text that may be in several pieces.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> text, out FlowStreamLine line)
    {
        if (text.IsSingleSegment)
        {
            return FlowJsonReader.TryReadLine(text.FirstSpan, out line);
        }

        var length = (int)text.Length;
        var whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            text.CopyTo(whole);
            return FlowJsonReader.TryReadLine(whole.AsSpan(0, length), out line);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }
}
