namespace NetMon.Bpf.Layouts;

/// <summary>A number of a C type, or an array of numbers, however deep it lies in structs.</summary>
/// <param name="Path">As C names it: <c>traffic.packets</c>, <c>tcp[1].ack</c>.</param>
/// <param name="Offset">Bytes from the type's start.</param>
/// <param name="Size">Bytes of one number.</param>
/// <param name="Count">Numbers: 1 if it is no array.</param>
internal readonly record struct TypeField(string Path, int Offset, int Size, int Count)
{
    public int End => Offset + (Size * Count);

    /// <summary>Padding that has a name: it means nothing.</summary>
    public bool IsPadding => Path.AsSpan(Path.LastIndexOf('.') + 1).StartsWith("reserved");
}
