using NetMon.Agent.Tests.Attribution;
using NetMon.Agent.Tests.Records;
using NetMon.Bpf.Records;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Ledger;

/// <summary>What changes while agents come and go.</summary>
public enum Change
{
    None,
    SamplingRate,

    /// <summary>The programs are replaced by others with maps of their own, and each agent has records of another layout than the one before.</summary>
    Layout,
}

/// <summary>
/// What happens on a node, in an order that chance makes: flows of all kinds, by ring and by sweep, whose ends are known at once, later, or are
/// translated; and what the agent does meanwhile. The same for the same seed, however many agents it takes.
/// </summary>
internal sealed class Script
{
    private const string LatePod = "10.2.0.7";

    private readonly List<Action<Script, Life>> _steps = [];
    private readonly NodeUnderTest _planner = new();
    private readonly Random _random;
    private readonly List<string> _connections = [];

    /// <summary>Of translated flows: when it is known what they are.</summary>
    private readonly Queue<Func<FlowRecord>> _ends = new();
    private TimeSpan _elapsed;
    private bool _isKnown;
    private readonly bool _resampled;
    private readonly bool _relaid;
    private int _samplingRate = 1;

    /// <param name="seed">Of chance.</param>
    /// <param name="flows">On the node.</param>
    /// <param name="steps">About as many.</param>
    /// <param name="change">What changes meanwhile.</param>
    public Script(int seed, int flows, int steps, Change change)
    {
        _resampled = change == Change.SamplingRate;
        _relaid = change == Change.Layout;
        _random = new Random(seed);
        var plans = Enumerable.Range(0, flows).Select(Plan).ToList();
        for (var i = 0; i < steps && plans.Count > 0; i++)
        {
            Step(plans, late: i > steps / 2);
        }

        foreach (var plan in plans)
        {
            while (plan.TryDequeue(out var make))
            {
                Send(make());
            }
        }

        Finish();
    }

    /// <summary>The figures of a single agent.</summary>
    public static Dictionary<string, double> Uninterrupted(
        int seed,
        int flows,
        int steps,
        Change change,
        out int places
    )
    {
        var script = new Script(seed, flows, steps, change);
        var directory = Directory.CreateTempSubdirectory("netmon-ledger-").FullName;
        using var life = script.Begin(directory, new TestKernel(), 0);
        script.Run(life);
        Assert.False(life.IsDead);
        places = life.Steps;
        Assert.Equal(0, life.Agent.Table.Count);
        Directory.Delete(directory, recursive: true);
        return Figures.Of(life.Agent);
    }

    /// <summary>The figures of the last of several agents, each of which is killed after so many steps.</summary>
    public static Dictionary<string, double> Interrupted(
        int seed,
        int flows,
        int steps,
        Change change,
        IEnumerable<int> kills,
        long journalBytes = 1 << 20
    )
    {
        var script = new Script(seed, flows, steps, change);
        var directory = Directory.CreateTempSubdirectory("netmon-ledger-").FullName;
        var kernel = new TestKernel();
        var seens = new List<Dictionary<string, double>>();
        foreach (var kill in kills)
        {
            using var life = script.Begin(directory, kernel, kill, journalBytes);
            if (!life.IsDead)
            {
                script.Run(life);
            }

            Directory.Delete(directory, recursive: true);
            if (life.Left is not { } left)
            {
                return Figures.Of(life.Agent);
            }

            (directory, kernel, var seen) = left;
            seens.Add(seen);
        }

        using var last = script.Begin(directory, kernel, 0, journalBytes);
        script.Run(last);
        Directory.Delete(directory, recursive: true);
        Assert.Equal(0, last.Agent.Table.Count);
        var figures = Figures.Of(last.Agent);
        seens.ForEach(seen => Figures.AssertNoLess(seen, figures));
        return figures;
    }

    private Life Begin(string directory, TestKernel kernel, int killAfter, long journalBytes = 1 << 20)
    {
        // What waits at a change of the rate is an estimation that depends on how long.
        var node = new NodeUnderTest(tracking: !_resampled);
        node.Time.Advance(_elapsed);
        foreach (var client in _connections)
        {
            node.Connections.Add(client, NodeUnderTest.Service, NodeUnderTest.RemoteWeb, client);
        }

        Know(node);
        return new Life(directory, kernel, node, killAfter, journalBytes, relays: _relaid);
    }

    // Goes on where the agent before was killed.
    private void Run(Life life)
    {
        while (_steps.Count > 0 && !life.IsDead)
        {
            // What was broken off, the next agent does from its start.
            _steps[0](this, life);
            if (!life.IsDead)
            {
                _steps.RemoveAt(0);
            }
        }
    }

    private void Know(NodeUnderTest node)
    {
        if (_isKnown)
        {
            node.Cluster.Pod("late", "n2", LatePod);
        }
        else
        {
            node.Cluster.Unknown(LatePod);
        }
    }

    private void Step(List<Queue<Func<FlowRecord>>> plans, bool late)
    {
        switch (_random.Next(12))
        {
            case 0:
                var max = _random.Next(1, 8);
                _steps.Add((_, life) => life.ConsumeRing(max));
                break;
            case 1:
                _steps.Add((_, life) => life.Sweep());
                break;
            case 2:
                Wait(_random.Next(1, 4) * 10);
                break;
            case 3 when _random.Next(4) == 0:
                _steps.Add((_, life) => life.Checkpoint());
                break;
            case 4 when late:
                KnowNow();
                break;
            case 5 when _relaid && _random.Next(3) == 0:
                _steps.Add((_, life) => life.Kernel.Replace());
                _steps.Add(
                    (_, life) =>
                    {
                        life.Attach();
                        life.TakeEarlier();
                    }
                );
                break;
            case 5 when late && _resampled:
                _samplingRate = 4;
                break;
            default:
                var plan = plans[_random.Next(plans.Count)];
                Send(plan.Dequeue()());
                if (plan.Count == 0)
                {
                    plans.Remove(plan);
                }

                break;
        }
    }

    private void Send(FlowRecord record)
    {
        record.SamplingRate = (uint)_samplingRate;
        if (
            record.Reason is RecordReason.Open or RecordReason.Close
            || (record.Reason == RecordReason.Update && _random.Next(2) == 0)
        )
        {
            _steps.Add((_, life) => life.Kernel.Put(in record));
        }
        else
        {
            _steps.Add((_, life) => life.Kernel.Keep(in record));
        }
    }

    private void Wait(int milliseconds)
    {
        _planner.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        for (var passed = 0; passed < milliseconds; passed += 10)
        {
            _steps.Add(
                (script, life) =>
                {
                    script._elapsed += TimeSpan.FromMilliseconds(10);
                    life.Node.Time.Advance(TimeSpan.FromMilliseconds(10));
                    life.Step();
                    life.Node.Step();
                }
            );
        }
    }

    private void KnowNow() =>
        _steps.Add(
            (script, life) =>
            {
                script._isKnown = true;
                script.Know(life.Node);
            }
        );

    private void Finish()
    {
        KnowNow();
        for (var i = 0; i < 3; i++)
        {
            _steps.Add((_, life) => life.ConsumeRing(int.MaxValue));
            _steps.Add((_, life) => life.Sweep());
            Wait(900);
            while (i == 1 && _ends.TryDequeue(out var end))
            {
                Send(end());
            }
        }

        _steps.Add(
            (_, life) =>
            {
                for (var slot = 0; slot < life.Agent.Table.SlotLimit && !life.IsDead; slot++)
                {
                    life.Agent.Pipeline.EndIfSilent(slot, life.Node.NowNs);
                }
            }
        );
        _steps.Add((_, life) => life.Step());
    }

    private Queue<Func<FlowRecord>> Plan(int number)
    {
        var port = 20_000 + number;
        var kind = _resampled ? 3 * _random.Next(2) : _random.Next(6);
        if (kind == 5)
        {
            return PlanTranslated(port);
        }

        var isTcp = kind < 3;
        var protocol = isTcp ? IpProtocol.Tcp : IpProtocol.Udp;
        TestFlow? flow = null;
        TestFlow Make() =>
            flow ??= kind switch
            {
                0 => _planner.Out($"192.168.0.1:{port}", "203.0.113.9:443"),
                1 => _planner.FromPod($"10.1.0.2:{port}", $"{LatePod}:8080", NodeUnderTest.ClientInterface),
                2 => _planner.FromPod($"10.1.0.2:{port}", NodeUnderTest.Web, NodeUnderTest.ClientInterface),
                3 => _planner.Out($"192.168.0.1:{port}", "203.0.113.9:53", protocol),
                _ => _planner.FromPod(
                    $"10.1.0.2:{port}",
                    $"{LatePod}:53",
                    NodeUnderTest.ClientInterface,
                    protocol
                ),
            };
        return Records(Make, isTcp, isAnswered: _random.Next(4) > 0);
    }

    // The same packets before and behind their translation, in two flows.
    private Queue<Func<FlowRecord>> PlanTranslated(int port)
    {
        var client = $"10.1.0.2:{port}";
        _connections.Add(client);
        TestFlow? before = null;
        TestFlow? behind = null;
        TestFlow Before() =>
            before ??= _planner.FromPod(client, NodeUnderTest.Service, NodeUnderTest.ClientInterface);
        TestFlow Behind() => behind ??= _planner.Out(client, NodeUnderTest.RemoteWeb);
        var first = Records(Before, isTcp: true, isAnswered: true, ends: false);
        var second = Records(Behind, isTcp: true, isAnswered: true, ends: false);
        _ends.Enqueue(() => Record(Before(), RecordReason.End, answered: true));
        _ends.Enqueue(() => Record(Behind(), RecordReason.End, answered: true));
        var both = new Queue<Func<FlowRecord>>();
        while (first.Count + second.Count > 0)
        {
            var next = second.Count == 0 || (first.Count > 0 && _random.Next(2) == 0) ? first : second;
            both.Enqueue(next.Dequeue());
        }

        return both;
    }

    private Queue<Func<FlowRecord>> Records(
        Func<TestFlow> flow,
        bool isTcp,
        bool isAnswered,
        bool ends = true
    )
    {
        var records = new Queue<Func<FlowRecord>>();
        records.Enqueue(() => Record(flow(), RecordReason.Open, answered: false));
        for (var left = _random.Next(4); left > 0; left--)
        {
            var established = left % 2 == 0;
            records.Enqueue(() =>
            {
                var one = flow();
                if (isAnswered && isTcp && established)
                {
                    one.Established(100, 150);
                }
                else if (isAnswered && !isTcp)
                {
                    one.With(FlowFlags.Replied);
                }

                return Record(one, RecordReason.Update, isAnswered);
            });
        }

        switch (ends ? _random.Next(6) : 0)
        {
            case 0: // its end never comes
                break;
            case 1 when isTcp:
                records.Enqueue(() =>
                {
                    flow().WithFlags(0x04, 0x04).State.TcpState = FlowTcpState.Reset;
                    return Record(flow(), RecordReason.Close, isAnswered);
                });
                goto default;
            case 2:
                records.Enqueue(() => Record(flow(), RecordReason.End, isAnswered));
                records.Enqueue(() => Record(flow(), RecordReason.Late, isAnswered));
                break;
            default:
                records.Enqueue(() => Record(flow(), RecordReason.End, isAnswered));
                break;
        }

        return records;
    }

    private FlowRecord Record(TestFlow flow, RecordReason reason, bool answered)
    {
        var sent = ((ulong)_random.Next(1, 9), (ulong)_random.Next(60, 9000));
        var received = answered ? ((ulong)_random.Next(1, 9), (ulong)_random.Next(60, 9000)) : default;
        var record = flow.Record(reason, sent, received, _planner.NowNs);
        if (_random.Next(3) == 0)
        {
            record.RoundTrips.Buckets[flow.Initiator][_random.Next(16)] = 2;
            record.RoundTrips.SumUs[flow.Initiator] = 200;
            record.Events.Retransmits[flow.Initiator] = 1;
            record.Events.FastRetransmits[flow.Initiator] = 1;
            record.Events.RetransmittedBytes[flow.Initiator] = 1000;
        }

        return record;
    }
}
