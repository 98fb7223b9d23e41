namespace NetMon.Core.Tests;

/// <summary>A part of a document that is made from the code: between <c>begin: NAME</c> and <c>end: NAME</c>.</summary>
internal static class DocumentedPart
{
    /// <summary>Fails if the part is out of date; with NETMON_UPDATE_DOCS=1 brings it up to date.</summary>
    public static void Check(string document, string name, string expected)
    {
        var path = Repository.Path(document);
        var text = File.ReadAllText(path);
        var begin = $"<!-- begin: {name} -->\n";
        var start = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var end = text.IndexOf($"<!-- end: {name} -->", StringComparison.Ordinal);
        Assert.InRange(start, begin.Length, end);
        if (Environment.GetEnvironmentVariable("NETMON_UPDATE_DOCS") is "1")
        {
            File.WriteAllText(path, text[..start] + expected + text[end..]);
            return;
        }

        Assert.True(
            string.Equals(expected, text[start..end], StringComparison.Ordinal),
            $"{document} is out of date: run the tests once with NETMON_UPDATE_DOCS=1"
        );
    }
}
