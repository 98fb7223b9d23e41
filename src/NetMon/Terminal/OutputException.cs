namespace NetMon.Terminal;

/// <summary>Standard output cannot be written.</summary>
/// <param name="cause">An <see cref="IOException"/>; where output is closed, an <see cref="UnauthorizedAccessException"/> around one.</param>
internal sealed class OutputException(Exception cause) : Exception(cause.GetBaseException().Message, cause)
{
    private const int BrokenPipe = 32; // EPIPE, include/uapi/asm-generic/errno-base.h

    /// <summary>Nobody reads any more, as after <c>| head</c>: an end, not a failure.</summary>
    public bool ReaderLeft { get; } = cause.HResult == BrokenPipe;
}
