namespace NetMon.Bpf;

/// <summary>How a packet looks to a program in a test run.</summary>
public readonly record struct TestRunOptions
{
    /// <summary>Runs; 0 is one.</summary>
    public int Repeat { get; init; }

    /// <summary>Payload bytes of each segment of a GSO packet; 0: not a GSO packet.</summary>
    public int GsoSize { get; init; }

    /// <summary>Segments of a GSO packet.</summary>
    public int GsoSegs { get; init; }

    /// <summary>The interface that the packet crosses, which must exist; 0: the loopback interface.</summary>
    public int Ifindex { get; init; }
}

/// <summary>What a test run gave.</summary>
/// <param name="ReturnValue">The program's verdict: -1 is "next".</param>
/// <param name="DurationNs">Nanoseconds per run, mean over the repetitions.</param>
public readonly record struct TestRunResult(int ReturnValue, uint DurationNs);
