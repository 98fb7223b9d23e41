using NetMon.Core.Flows;

namespace NetMon.Core.Drops;

/// <summary>Packets from one end to another that the kernel dropped in one place for one reason, within some tenths of a second. Never changes.</summary>
public sealed class DroppedPackets
{
    private readonly Flow _ends;

    /// <param name="ends">Who sent them to whom: the source is their sender.</param>
    public DroppedPackets(in Flow ends) => _ends = ends;

    /// <summary>Who sent them to whom: the source is their sender, whoever began the flow. Attributed; nothing else of a flow is set.</summary>
    public ref readonly Flow Ends => ref _ends;

    /// <summary>Number of the flow in the flow list; null where the packets never came to an interface that is observed.</summary>
    public ulong? FlowNumber { get; init; }

    public required DropReason Reason { get; init; }

    /// <summary>On the wire.</summary>
    public required long Packets { get; init; }

    /// <summary>IP bytes on the wire.</summary>
    public required long Bytes { get; init; }

    /// <summary>Of the first and last packet, nanoseconds of CLOCK_MONOTONIC.</summary>
    public required ulong FirstNs { get; init; }
    public required ulong LastNs { get; init; }

    /// <summary>Where on its way: send, receive, forward.</summary>
    public required string Path { get; init; }

    /// <summary>Name of the interface in its namespace; null if there was none.</summary>
    public string? Interface { get; init; }

    /// <summary>Its index there; 0: none.</summary>
    public int InterfaceIndex { get; init; }

    /// <summary>Inode number of the network namespace; 0: not known.</summary>
    public uint Netns { get; init; }

    /// <summary>The namespace is the agent's own; null if not known.</summary>
    public bool? IsHost { get; init; }

    /// <summary>Function of the kernel and offset in it; null if the kernel hides its addresses.</summary>
    public string? Location { get; init; }
}
