using System.Text.RegularExpressions;

namespace NetMon.Support;

/// <summary>Takes out what must not leave the machine, wherever it may have got into a text: a second line of defence behind not collecting it.</summary>
internal static partial class Secrets
{
    private const string Masked = "(removed)";

    public static string Remove(string text)
    {
        text = PrivateKey().Replace(text, Masked);
        text = WebToken().Replace(text, Masked);
        text = Bearer().Replace(text, $"${{kept}}{Masked}");
        text = InUrl().Replace(text, $"${{kept}}{Masked}@");
        return Named().Replace(text, $"${{kept}}{Masked}");
    }

    [GeneratedRegex(
        "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
        RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex PrivateKey();

    /// <summary>A JSON Web Token, as service accounts have (RFC 7519).</summary>
    [GeneratedRegex(
        @"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
        RegexOptions.CultureInvariant,
        10_000
    )]
    private static partial Regex WebToken();

    [GeneratedRegex(
        @"(?<kept>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{6,}",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex Bearer();

    /// <summary>https://user:password@host</summary>
    [GeneratedRegex(
        @"(?<kept>://)[^/\s""'@]+@",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex InUrl();

    /// <summary>password: x, "token":"x", client-key-data=x.</summary>
    [GeneratedRegex(
        @"(?<kept>(?:password|passwd|secret|token|api[_-]?key|client-key-data|client-certificate-data|private[_-]?key)(?:\\?[""']|\\u0022|\\u0027)?\s*[:=]\s*(?:\\?[""']|\\u0022|\\u0027)?)(?!\(removed\)|true\b|false\b|null\b|\\u0022|\\u0027|[\\\[{""'\s,}])[^\s""',}\]\\]+",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        10_000
    )]
    private static partial Regex Named();
}
