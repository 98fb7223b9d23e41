namespace NetMon.Lab.ApiServer.Misbehaviour;

/// <summary>How a running watch is ended.</summary>
public enum WatchEnd
{
    /// <summary>With the last chunk, as when its time is over.</summary>
    Close,

    /// <summary>Without one: the connection (HTTP/2: the stream) is reset.</summary>
    Reset,

    /// <summary>In the middle of a frame, with a reset.</summary>
    CutAndReset,

    /// <summary>In the middle of a frame, as if it were complete.</summary>
    CutAndClose,

    /// <summary>An ERROR frame: the version is too old.</summary>
    Error410,

    /// <summary>An ERROR frame: internal error.</summary>
    Error500,

    /// <summary>An ERROR frame: the version is still to come.</summary>
    Error504,

    /// <summary>A line that is no JSON, then the last chunk.</summary>
    Garbage,
}

/// <summary>What becomes of <c>continue</c> tokens.</summary>
public enum ContinueTokens
{
    /// <summary>They are good for as long as the history reaches.</summary>
    Valid,

    /// <summary>410, with a token for the remainder, which is not consistent with the pages before.</summary>
    Expired,

    /// <summary>410, with nothing to go on from.</summary>
    ExpiredForGood,
}
