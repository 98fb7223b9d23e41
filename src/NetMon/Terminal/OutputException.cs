namespace NetMon.Terminal;

/// <summary>Standard output cannot be written.</summary>
internal sealed class OutputException(IOException cause) : Exception(cause.Message, cause)
{
    private const int BrokenPipe = 32; // EPIPE, include/uapi/asm-generic/errno-base.h

    /// <summary>Nobody reads any more, as after <c>| head</c>: an end, not a failure.</summary>
    public bool ReaderLeft { get; } = cause.HResult == BrokenPipe;
}
