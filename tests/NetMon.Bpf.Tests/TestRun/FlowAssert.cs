namespace NetMon.Bpf.Tests.TestRun;

internal static class FlowAssert
{
    /// <summary>These flows and no others, in any order.</summary>
    public static void AreNamed(IEnumerable<SeenFlow> flows, params IEnumerable<string> names) =>
        Assert.Equal(Sorted(names), Sorted(flows.Select(f => f.ToString())));

    private static string Sorted(IEnumerable<string> lines) =>
        string.Join('\n', lines.Order(StringComparer.Ordinal));
}
