using NetMon.Fuzz.Mutation;

namespace NetMon.Fuzz;

/// <summary>Decodes one input, and checks what must hold of every one. Lets only those exceptions out that the decoder may not throw.</summary>
/// <returns>Whether the decoder took the input for whole.</returns>
internal delegate bool Decode(ReadOnlySpan<byte> input);

/// <summary>Something that reads bytes from outside.</summary>
/// <param name="Name">As <c>--only</c> takes it.</param>
/// <param name="Reads">What the bytes are.</param>
/// <param name="Seeds">Inputs that it takes, to begin with.</param>
/// <param name="Open">Makes a decoder with the state of a new one; for one thread.</param>
internal sealed record Decoder(string Name, string Reads, IReadOnlyList<byte[]> Seeds, Func<Decode> Open)
{
    public Grammar Grammar { get; init; } = Grammar.Text;

    /// <summary>Bytes of a message before its attributes.</summary>
    public int AttributesAt { get; init; }

    /// <summary>Words that mean something to it.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>Longest input.</summary>
    public int MaxLength { get; init; } = 16 * 1024;

    /// <summary>Bytes that it may allocate, and as many more for each byte of the input.</summary>
    public (int Base, int PerByte) Allocation { get; init; } = (256 * 1024, 256);
}

/// <summary>Something does not hold that must.</summary>
internal sealed class BrokenException(string what) : Exception(what)
{
    public static void Unless(bool holds, string what)
    {
        if (!holds)
        {
            throw new BrokenException(what);
        }
    }
}
