using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Ledger;
using NetMon.Agent.Tests.Attribution;
using NetMon.Agent.Tests.Records;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>An agent with a ledger, from its start to its end, which a test can bring about between any two writes.</summary>
internal sealed class Life : IDisposable
{
    private readonly string _directory;
    private int _left;

    /// <param name="directory">Its ledger.</param>
    /// <param name="kernel">What was there before.</param>
    /// <param name="node">What it knows.</param>
    /// <param name="killAfter">After so many steps it is dead; 0: never.</param>
    /// <param name="journalBytes">Of its journal.</param>
    /// <param name="boot">The machine's start.</param>
    public Life(
        string directory,
        TestKernel kernel,
        NodeUnderTest node,
        int killAfter = 0,
        long journalBytes = 1 << 20,
        Guid boot = default
    )
    {
        _directory = directory;
        _left = killAfter;
        Kernel = kernel;
        Node = node;
        Counters = new LedgerCounters();
        var agent = node.Agent;
        Ledger = new FlowLedger(
            new LedgerFolder(directory, boot),
            new LedgerParts(agent.Table, agent.Metrics, agent.Attributor, agent.Pipeline, hasCluster: true),
            Counters,
            TimeSpan.FromSeconds(30),
            journalBytes,
            NullLogger<FlowLedger>.Instance,
            () => node.NowNs,
            Step
        );
        if (Ledger.Attach(TestKernel.RingNumber) is { } position && position > kernel.Consumer)
        {
            kernel.Consumer = position;
        }

        if (!IsDead)
        {
            Ledger.ResumeWaiting();
        }

        if (!IsDead)
        {
            ConsumeRing(int.MaxValue);
        }

        if (!IsDead)
        {
            Ledger.Resume();
        }
    }

    public TestKernel Kernel { get; }

    public NodeUnderTest Node { get; }

    public PipelineUnderTest Agent => Node.Agent;

    public FlowLedger Ledger { get; }

    public LedgerCounters Counters { get; }

    /// <summary>Steps so far.</summary>
    public int Steps { get; private set; }

    /// <summary>What it left behind; null: it is alive.</summary>
    public (string Directory, TestKernel Kernel, Dictionary<string, double> Seen)? Left { get; private set; }

    public bool IsDead => Left is not null;

    /// <summary>A place at which the process may end.</summary>
    public void Step()
    {
        Steps++;
        if (IsDead || --_left != 0)
        {
            return;
        }

        var copy = Directory.CreateTempSubdirectory("netmon-ledger-").FullName;
        foreach (var file in Directory.EnumerateFiles(_directory))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        Left = (copy, Kernel.Copy(), Figures.Of(Agent));
    }

    public void ConsumeRing(int max)
    {
        var position = Kernel.Consumer;
        for (var i = 0; i < max && !IsDead && Kernel.TryRead(ref position, out var record); i++)
        {
            Step();
            Ledger.Ring(in record, position);
            Agent.Pipeline.Process(in record, Node.NowNs);
            if (i % 3 == 2 && !IsDead)
            {
                Kernel.Consumer = position;
            }
        }

        Step();
        if (!IsDead)
        {
            Kernel.Consumer = position;
        }
    }

    /// <summary>As the loop: what is on the ring first.</summary>
    public void Sweep()
    {
        ConsumeRing(int.MaxValue);
        while (!IsDead)
        {
            Step();
            Ledger.Chunk.Begin();
            Step();
            var count = Kernel.Sweep(Ledger.Chunk.Records);
            if (count == 0)
            {
                return;
            }

            for (var i = 0; i < count && !IsDead; i++)
            {
                Step();
                Ledger.Sweep(in Ledger.Chunk.Records[i], Ledger.Chunk.Sequence, i);
                Agent.Pipeline.Process(in Ledger.Chunk.Records[i], Node.NowNs);
            }
        }
    }

    public void Checkpoint()
    {
        if (!IsDead)
        {
            Assert.True(Ledger.Checkpoint(Node.NowNs));
        }
    }

    public void Dispose() => Ledger.Dispose();
}
