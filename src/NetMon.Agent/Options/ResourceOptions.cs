namespace NetMon.Agent.Options;

/// <summary>What the agent may take of the machine.</summary>
public sealed class ResourceOptions
{
    /// <summary>Bytes of memory that the process may have resident; null: by its cgroup's limit, if that has one.</summary>
    public long? MemoryLimit { get; set; }

    public MapOptions Maps { get; } = new();
}

/// <summary>Sizes of the maps in the kernel.</summary>
public sealed class MapOptions
{
    /// <summary>Entries of the flow map; 0: as many as <see cref="FlowOptions.MaxFlows"/>.</summary>
    public int FlowMapSize { get; set; }

    /// <summary>Size of the ring between kernel and agent, bytes: a power of two, at least a page.</summary>
    public int EventBufferBytes { get; set; } = 4 * 1024 * 1024;
}
