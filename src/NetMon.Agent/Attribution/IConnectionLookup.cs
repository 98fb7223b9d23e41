using NetMon.Bpf.Netlink;

namespace NetMon.Agent.Attribution;

/// <summary>Which addresses connections were translated between: the kernel's answer, or a test's.</summary>
internal interface IConnectionLookup
{
    /// <inheritdoc cref="Conntrack.Find"/>
    void Find(ReadOnlySpan<ConnectionTuple> asked, Span<TranslatedConnection> found);
}

internal sealed class KernelConnections(Conntrack conntrack) : IConnectionLookup, IDisposable
{
    public void Find(ReadOnlySpan<ConnectionTuple> asked, Span<TranslatedConnection> found) =>
        conntrack.Find(asked, found);

    public void Dispose() => conntrack.Dispose();
}
