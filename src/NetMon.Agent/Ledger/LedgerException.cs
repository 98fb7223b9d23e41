namespace NetMon.Agent.Ledger;

/// <summary>A file of the ledger does not hold what it should; the agent goes on without what was in it.</summary>
/// <param name="reason">A word of the label reason of <c>netmon_ledger_refused_total</c>.</param>
/// <param name="message">What is wrong.</param>
internal sealed class LedgerException(string reason, string message) : Exception(message)
{
    public string Reason => reason;
}

/// <summary>Words of the label reason of <c>netmon_ledger_refused_total</c>.</summary>
internal static class LedgerRefusal
{
    /// <summary>Bytes that no agent wrote.</summary>
    public const string Corrupt = "corrupt";

    /// <summary>A format of another version.</summary>
    public const string Version = "version";

    /// <summary>Records of another layout.</summary>
    public const string Layout = "layout";

    /// <summary>Figures with other labels than those that are configured now.</summary>
    public const string Labels = "labels";

    /// <summary>The files cannot be read or written.</summary>
    public const string Files = "files";

    public static IReadOnlyList<string> All { get; } = [Corrupt, Version, Layout, Labels, Files];
}
