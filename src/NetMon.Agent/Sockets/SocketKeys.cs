using NetMon.Agent.Flows;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Sockets;

/// <summary>A connection as one of its ends has it: a flow's key, and which end.</summary>
internal readonly struct ConnectionKey : IEquatable<ConnectionKey>
{
    private readonly FlowKey _key;

    /// <param name="key">Of the packets.</param>
    /// <param name="localEnd">The end whose socket it is, 0 or 1.</param>
    public ConnectionKey(in FlowKey key, int localEnd)
    {
        _key = key;
        _key.Reserved0 = (byte)(localEnd + 1);
    }

    public static ConnectionKey Of(
        in FlowEndpoint local,
        in NetworkAddress remote,
        ushort port,
        byte protocol
    )
    {
        var tuple = new ConnectionTuple
        {
            SourcePort = local.Port,
            DestinationPort = port,
            Protocol = protocol,
        };
        local.Address.CopyTo(tuple.Source);
        remote.CopyTo(tuple.Destination);
        var key = FlowKeys.Of(in tuple);
        var end = key.Port[0] == local.Port && new NetworkAddress(key.Address[0]) == local.Address ? 0 : 1;
        return new(in key, end);
    }

    /// <summary>The flow's key, with the end marked.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ref readonly FlowKey Key => ref _key;

    public int LocalEnd => _key.Reserved0 - 1;

    public bool Equals(ConnectionKey other) => FlowKeys.AreEqual(in _key, in other._key);

    public override bool Equals(object? obj) => obj is ConnectionKey other && Equals(other);

    public override int GetHashCode() => (int)FlowHash.Of(in _key);
}

/// <summary>Where a socket waits for others.</summary>
/// <param name="Netns">Cookie of the network namespace.</param>
/// <param name="Address">Unspecified: any of the namespace's.</param>
internal readonly record struct PortKey(ulong Netns, NetworkAddress Address, ushort Port, byte Protocol)
{
    /// <summary>At any address, of whichever family.</summary>
    public PortKey AtAny() => this with { Address = default };
}
