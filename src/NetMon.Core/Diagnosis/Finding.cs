namespace NetMon.Core.Diagnosis;

/// <summary>How a check came out.</summary>
public enum FindingStatus
{
    /// <summary>As it should be.</summary>
    Pass,

    /// <summary>NetMon works, and something is lost, slower or soon wrong.</summary>
    Warn,

    /// <summary>NetMon cannot do what it is for.</summary>
    Fail,
}

/// <summary>One line of a diagnosis.</summary>
/// <param name="Check">What was looked at, a few words.</param>
/// <param name="Status">How it came out.</param>
/// <param name="Found">What was found, one line.</param>
/// <param name="Advice">What to do; empty where there is nothing to do.</param>
public sealed record Finding(string Check, FindingStatus Status, string Found, string Advice = "")
{
    private static readonly string[] Words = ["pass", "warn", "fail"];

    /// <summary><c>pass</c>, <c>warn</c> or <c>fail</c>.</summary>
    public string Word => Words[(int)Status];

    public static Finding Pass(string check, string found) => new(check, FindingStatus.Pass, found);

    public static Finding Warn(string check, string found, string advice) =>
        new(check, FindingStatus.Warn, found, advice);

    public static Finding Fail(string check, string found, string advice) =>
        new(check, FindingStatus.Fail, found, advice);

    /// <returns>False for any other word.</returns>
    public static bool TryParseStatus(string? word, out FindingStatus status)
    {
        var index = Array.IndexOf(Words, word);
        status = (FindingStatus)Math.Max(0, index);
        return index >= 0;
    }
}
