using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Agent.Flows;
using NetMon.Agent.Ledger;
using NetMon.Bpf.Records;

namespace NetMon.Benchmarks.Figures;

/// <summary>The same way of a record with a ledger, whose checkpoints are in the figure as often as the journal is full; and one checkpoint.</summary>
public class LedgerBenchmarks
{
    private const int Flows = RecordBenchmarks.Flows;
    private const int Rounds = 20;

    private readonly FlowRecord[] _updates = new FlowRecord[Flows];
    private readonly FlowRecord[] _lives = new FlowRecord[Flows * 3];
    private string _directory = "";
    private FlowPipeline _pipeline = null!;
    private FlowLedger _ledger = null!;

    [GlobalSetup]
    public void Setup()
    {
        _directory = Path.Combine("/dev/shm", $"netmon-bench-{Environment.ProcessId}");
        _pipeline = RecordBenchmarks.MakePipeline(out _, out var parts);
        _ledger = new FlowLedger(
            new LedgerFolder(_directory, Guid.NewGuid()),
            parts,
            new LedgerCounters(),
            TimeSpan.FromSeconds(30),
            32 * 1024 * 1024,
            NullLogger<FlowLedger>.Instance
        );
        for (var i = 0; i < Flows; i++)
        {
            var open = RecordBenchmarks.Of(i, RecordReason.Open);
            Take(in open);
            _updates[i] = RecordBenchmarks.Of(i, RecordReason.Update);
            _lives[3 * i] = RecordBenchmarks.Of(i + Flows, RecordReason.Open);
            _lives[(3 * i) + 1] = RecordBenchmarks.Of(i + Flows, RecordReason.Close);
            _lives[(3 * i) + 2] = RecordBenchmarks.Of(i + Flows, RecordReason.End);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _ledger.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark(Description = "update of a flow, with a ledger", OperationsPerInvoke = Flows * Rounds)]
    public void Update()
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (ref readonly var record in _updates.AsSpan())
            {
                Take(in record);
            }
        }
    }

    [Benchmark(
        Description = "open, close or end of a short flow, with a ledger",
        OperationsPerInvoke = Flows * 3 * Rounds
    )]
    public void Life()
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (ref readonly var record in _lives.AsSpan())
            {
                Take(in record);
            }
        }
    }

    [Benchmark(Description = "checkpoint, for each of 10,000 flows", OperationsPerInvoke = Flows)]
    public void Checkpoint() => _ledger.Checkpoint(0);

    private void Take(in FlowRecord record)
    {
        _ledger.Ring(in record, 0);
        _pipeline.Process(in record);
    }
}
