using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Ledger;
using NetMon.Agent.Tests.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Records;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>An agent with a ledger, from its start to its end, which a test can bring about between any two writes.</summary>
internal sealed class Life : IDisposable
{
    private readonly string _directory;
    private readonly bool _relays;
    private int _left;

    /// <param name="directory">Its ledger.</param>
    /// <param name="kernel">What was there before.</param>
    /// <param name="node">What it knows.</param>
    /// <param name="killAfter">After so many steps it is dead; 0: never.</param>
    /// <param name="journalBytes">Of its journal.</param>
    /// <param name="boot">The machine's start.</param>
    /// <param name="relays">What it leaves is that of an agent whose records have another layout.</param>
    public Life(
        string directory,
        TestKernel kernel,
        NodeUnderTest node,
        int killAfter = 0,
        long journalBytes = 1 << 20,
        Guid boot = default,
        bool relays = false
    )
    {
        _directory = directory;
        _relays = relays;
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
        Attach();
        if (!IsDead)
        {
            Ledger.ResumeWaiting();
        }

        TakeEarlierRings();
        if (kernel.Oldest is null)
        {
            ConsumeRing(int.MaxValue);
        }

        if (!IsDead)
        {
            Ledger.Resume();
        }

        TakeEarlier();
        ConsumeRing(int.MaxValue);
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

        if (_relays)
        {
            OtherLayout.Apply(copy);
        }

        Left = (copy, Kernel.Copy(), Figures.Of(Agent));
    }

    /// <summary>Goes on in the rings after the last records that the ledger has.</summary>
    public void Attach()
    {
        if (!IsDead && Ledger.Attach(Kernel.Ring) is { } position && position > Kernel.Consumer)
        {
            Kernel.Consumer = position;
        }

        foreach (var earlier in Kernel.Earlier)
        {
            if (!IsDead && Ledger.PositionIn(earlier.Ring) is { } last && last > earlier.Consumer)
            {
                earlier.Consumer = last;
            }
        }
    }

    /// <summary>All that programs before left: rings, then maps.</summary>
    public void TakeEarlier()
    {
        TakeEarlierRings();
        while (!IsDead && Kernel.Oldest is { } oldest)
        {
            Step();
            var room = Ledger.RoomFor(RecordLayout.Own);
            Step();
            var count = IsDead ? 0 : oldest.Drain(room, 5);
            Step();
            if (count == 0 && !IsDead)
            {
                Kernel.Complete();
                continue;
            }

            var records = new FlowRecord[count];
            for (var i = 0; i < count; i++)
            {
                var size = RecordLayout.Own.RecordBytes;
                records[i] = RecordLayout.Own.TranslateDrained(room.Slice(i * size, size));
            }

            if (!IsDead)
            {
                Ledger.Leave(records);
            }

            for (var i = 0; i < count && !IsDead; i++)
            {
                Step();
                Ledger.Earlier(in records[i]);
                Agent.Pipeline.Resume(in records[i], Node.NowNs);
            }
        }
    }

    private void TakeEarlierRings()
    {
        foreach (var earlier in Kernel.Earlier)
        {
            var position = earlier.Consumer;
            for (var i = 1; !IsDead && earlier.TryRead(ref position, out var record); i++)
            {
                Step();
                Ledger.OldRing(in record, earlier.Ring, position);
                Agent.Pipeline.Process(in record, Node.NowNs);
                Step();
                if (i % 3 == 0 && !IsDead)
                {
                    earlier.Consumer = position;
                }
            }

            Step();
            if (!IsDead)
            {
                earlier.Consumer = position;
            }
        }
    }

    public void ConsumeRing(int max)
    {
        if (IsDead)
        {
            return;
        }

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
