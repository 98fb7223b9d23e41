using System.Diagnostics;
using NetMon.Fuzz.Mutation;

namespace NetMon.Fuzz.Running;

/// <summary>An input that showed a defect.</summary>
/// <param name="What">What was wrong.</param>
/// <param name="Index">The input's number.</param>
internal sealed record Failure(string What, long Index, byte[] Input);

/// <summary>What came of a decoder's inputs.</summary>
/// <param name="Accepted">Inputs that the decoder took for whole.</param>
/// <param name="Slowest">Time that an input took at most, other programs' share of the CPU included.</param>
/// <param name="Largest">Bytes that an input had allocated at most.</param>
internal sealed record Outcome(
    long Inputs,
    long Accepted,
    TimeSpan Elapsed,
    TimeSpan Slowest,
    long Largest,
    Failure? Failure
);

/// <summary>Puts many inputs through a decoder, on several threads, until one shows a defect.</summary>
/// <remarks>
/// Inputs come in blocks, and each block has a decoder of its own: what an input does depends on those before it in its block alone, whatever the number
/// of threads.
/// </remarks>
internal sealed class FuzzRun(Decoder decoder, ulong seed, IProgressSink? progress = null)
{
    public const int Block = 2048;

    /// <summary>CPU time or not: what takes longer is tried again, since the machine may have been busy otherwise.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(250);
    private const int SlowTries = 5;

    /// <summary>What takes longer than this does not end.</summary>
    public TimeSpan Hang { get; init; } = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private long _nextBlock;
    private long _inputs;
    private long _accepted;
    private long _slowest;
    private long _largest;
    private Failure? _failure;

    /// <param name="inputs">How many.</param>
    /// <param name="threads">How many at a time.</param>
    /// <param name="limit">After this time it ends with fewer.</param>
    public Outcome Run(long inputs, int threads, TimeSpan limit)
    {
        var start = Stopwatch.GetTimestamp();
        var workers = new Worker[threads];
        for (var i = 0; i < threads; i++)
        {
            var worker = new Worker(i);
            workers[i] = worker;
            // What does not end must not keep the process; what is read has the stack of the thread pool, as in the agent.
            worker.Thread = new Thread(() => Work(worker, inputs, start, limit)) { IsBackground = true };
            worker.Thread.Start();
        }

        while (Array.Exists(workers, worker => !worker.Thread!.Join(TimeSpan.FromMilliseconds(100))))
        {
            if (Array.Find(workers, worker => worker.IsStuck(Hang)) is { } stuck)
            {
                Fail($"it does not end within {Hang.TotalSeconds:0} s", stuck.Index);
                break;
            }
        }

        return new Outcome(
            Volatile.Read(ref _inputs),
            Volatile.Read(ref _accepted),
            Stopwatch.GetElapsedTime(start),
            Stopwatch.GetElapsedTime(0, _slowest),
            _largest,
            _failure
        );
    }

    /// <summary>The inputs of one block up to a number, as <see cref="Run"/> has them.</summary>
    public Failure? RunUpTo(long index)
    {
        var worker = new Worker(0);
        var mutator = new Mutator(decoder, seed);
        var decode = decoder.Open();
        for (var i = index / Block * Block; i <= index && _failure is null; i++)
        {
            Try(worker, mutator.Make(i), i, ref decode);
        }

        return _failure;
    }

    /// <summary>One input by itself.</summary>
    public Failure? RunOne(ReadOnlySpan<byte> input)
    {
        var decode = decoder.Open();
        Try(new Worker(0), input, -1, ref decode);
        return _failure;
    }

    private void Work(Worker worker, long inputs, long start, TimeSpan limit)
    {
        var mutator = new Mutator(decoder, seed);
        var isOver = false;
        while (_failure is null && !isOver)
        {
            var first = Interlocked.Add(ref _nextBlock, Block) - Block;
            if (first >= inputs)
            {
                break;
            }

            var decode = decoder.Open();
            var end = Math.Min(inputs, first + Block);
            for (var i = first; i < end && _failure is null && !isOver; i++)
            {
                isOver = i % 64 == 63 && Stopwatch.GetElapsedTime(start) > limit;
                worker.Index = i;
                progress?.Begin(worker.Number, i);
                Try(worker, mutator.Make(i), i, ref decode);
            }
        }

        worker.Began = 0;
        lock (_gate)
        {
            _inputs += worker.Inputs;
            _accepted += worker.Accepted;
            _slowest = Math.Max(_slowest, worker.Slowest);
            _largest = Math.Max(_largest, worker.Largest);
        }
    }

    private void Try(Worker worker, ReadOnlySpan<byte> input, long index, ref Decode decode)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        Volatile.Write(ref worker.Began, start);
        try
        {
            worker.Accepted += decode(input) ? 1 : 0;
        }
#pragma warning disable CA1031 // Any exception is what is looked for.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(error is BrokenException ? error.Message : $"{error}", index, input);
            return;
        }

        var ticks = Stopwatch.GetTimestamp() - start;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        worker.Inputs++;
        worker.Largest = Math.Max(worker.Largest, allocated);
        if (Stopwatch.GetElapsedTime(0, ticks) > Slow)
        {
            ticks = TryAgain(input, ticks, ref decode);
            if (Stopwatch.GetElapsedTime(0, ticks) > Slow)
            {
                Fail($"it takes {Stopwatch.GetElapsedTime(0, ticks).TotalMilliseconds:0} ms", index, input);
            }
        }

        worker.Slowest = Math.Max(worker.Slowest, ticks);
        var (fixedBytes, perByte) = decoder.Allocation;
        if (allocated > fixedBytes + ((long)perByte * input.Length))
        {
            Fail($"it allocates {allocated} bytes for {input.Length}", index, input);
        }
    }

    private long TryAgain(ReadOnlySpan<byte> input, long least, ref Decode decode)
    {
        for (var i = 0; i < SlowTries && _failure is null; i++)
        {
            decode = decoder.Open();
            var start = Stopwatch.GetTimestamp();
            _ = decode(input);
            least = Math.Min(least, Stopwatch.GetTimestamp() - start);
        }

        return least;
    }

    private void Fail(string what, long index) => Fail(what, index, new Mutator(decoder, seed).Make(index));

    private void Fail(string what, long index, ReadOnlySpan<byte> input)
    {
        lock (_gate)
        {
            // The first of several, in the order of the inputs, as far as that is known.
            if (_failure is null || index < _failure.Index)
            {
                _failure = new Failure(what, index, input.ToArray());
            }
        }
    }

    private sealed class Worker(int number)
    {
        public int Number => number;
        public Thread? Thread;
        public long Index;
        public long Inputs;
        public long Accepted;
        public long Slowest;
        public long Largest;
        public long Began;

        public bool IsStuck(TimeSpan limit) =>
            Volatile.Read(ref Began) is var began and not 0 && Stopwatch.GetElapsedTime(began) > limit;
    }
}
