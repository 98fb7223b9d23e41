using System.Globalization;

namespace NetMon.Bpf.Attaching;

/// <summary>
/// The name of a filter of ours: which program, whose, and whether the clsact qdisc came with it. All that is needed to
/// clean up after a killed process stands in the kernel itself.
/// </summary>
/// <param name="Program">netmon_l2_in and so on.</param>
/// <param name="Owner">The process's number, see <see cref="FilterOwner"/>.</param>
/// <param name="WithQdisc">The interface had no clsact qdisc before a process of ours made it.</param>
internal readonly record struct FilterName(string Program, uint Owner, bool WithQdisc)
{
    private const string Prefix = "netmon_";
    private const string QdiscMark = "+clsact";
    private const int OwnerDigits = 8;

    /// <returns>False for a name of anybody else's.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out FilterName name)
    {
        name = default;
        var withQdisc = text.EndsWith(QdiscMark, StringComparison.Ordinal);
        if (withQdisc)
        {
            text = text[..^QdiscMark.Length];
        }

        var colon = text.LastIndexOf(':');
        if (
            !text.StartsWith(Prefix, StringComparison.Ordinal)
            || colon < 0
            || text.Length - colon - 1 != OwnerDigits
            || !uint.TryParse(
                text[(colon + 1)..],
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var owner
            )
        )
        {
            return false;
        }

        name = new FilterName(text[..colon].ToString(), owner, withQdisc);
        return true;
    }

    public override string ToString() => $"{Program}:{Owner:x8}{(WithQdisc ? QdiscMark : "")}";
}
