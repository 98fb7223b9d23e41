namespace NetMon.Verbs;

/// <summary>Exit codes of every verb.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;

    /// <summary>The command line or the environment makes no sense; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The agent answers, but is not ready: <c>status</c> says why.</summary>
    public const int NotReady = 3;
}
