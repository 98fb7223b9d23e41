using FsCheck;
using FsCheck.Fluent;
using NetMon.Core.Endpoints;
using NetMon.Core.Metrics.Tables;
using NetMon.Core.Tests.Metrics.Labels;
using NetMon.Testing.Properties;

namespace NetMon.Core.Tests.Metrics.Tables;

/// <summary>The table against a model that keeps everything in dictionaries, through any order of what can happen.</summary>
public class SeriesTableModelTests
{
    private const int Workloads = 6;
    private const int Steps = 200;

    [Fact]
    public void Whatever_happens_the_table_shows_what_the_model_shows()
    {
        var steps = Gen.Choose(0, 99)
            .SelectMany(action =>
                Gen.Choose(0, Workloads - 1)
                    .SelectMany(workload =>
                        Gen.Choose(1, 1000).Select(value => new Step(action, workload, value))
                    )
            )
            .ArrayOf(Steps);
        Prop.ForAll(
                steps.ToArbitrary(),
                Gen.Choose(1, Workloads).ToArbitrary(),
                (given, limit) =>
                {
                    var run = new Run(limit);
                    foreach (var step in given)
                    {
                        run.Take(step);
                        run.Check();
                    }
                }
            )
            .Holds(200);
    }

    private readonly record struct Step(int Action, int Workload, int Value);

    private sealed class Run(int limit)
    {
        private readonly TableUnderTest _agent = new(limit, "src_workload");
        private readonly Workload[] _workloads = [.. Enumerable.Range(0, Workloads).Select(New)];
        private readonly List<(int Workload, RowHandle Handle)> _flows = [];
        private readonly Dictionary<int, Row> _rows = [];
        private readonly Dictionary<string, double> _before = [];
        private long _other;
        private long _dropped;
        private long _total;

        public void Take(Step step)
        {
            switch (step.Action)
            {
                case < 50: // a flow begins, and counts
                    var pod = TestFlows.Pod(_workloads[step.Workload], "p");
                    var handle = _agent.Table.Hold(TestFlows.Between(pod, TestFlows.Pod("b")).Sent());
                    if (!_rows.ContainsKey(step.Workload) && _rows.Count < limit)
                    {
                        _rows.Add(step.Workload, new Row { Owner = _workloads[step.Workload] });
                    }

                    Assert.Equal(!_rows.ContainsKey(step.Workload), handle.IsOverflow);
                    if (_rows.TryGetValue(step.Workload, out var row))
                    {
                        row.Flows++;
                        row.Owner = row.Owner.IsGone ? _workloads[step.Workload] : row.Owner;
                    }

                    _flows.Add((step.Workload, handle));
                    Count(_flows[^1], step.Value);
                    break;
                case < 65 when _flows.Count > 0: // one counts again
                    Count(_flows[step.Value % _flows.Count], step.Value);
                    break;
                case < 85 when _flows.Count > 0: // one ends
                    var ended = _flows[step.Value % _flows.Count];
                    _flows.Remove(ended);
                    if (!ended.Handle.IsOverflow)
                    {
                        _rows[ended.Workload].Flows--;
                        _rows[ended.Workload].IdleSince = null;
                    }

                    _agent.Table.Release(ref ended.Handle);
                    break;
                case < 90:
                    _workloads[step.Workload].IsGone = true;
                    break;
                case < 93: // another of the same name
                    _workloads[step.Workload] = New(step.Workload);
                    break;
                case < 97:
                    Look(TableUnderTest.StaleAfter);
                    break;
                default:
                    Look(TimeSpan.Zero);
                    break;
            }
        }

        public void Check()
        {
            var expected = _rows
                .Where(row => row.Value.Count > 0)
                .ToDictionary(row => $"w{row.Key}", row => (double)row.Value.Count, StringComparer.Ordinal);
            if (_other > 0)
            {
                expected.Add("other", _other);
            }

            var shown = _agent.Counts();
            Assert.Equal(expected, shown);
            Assert.Equal(_total, shown.Values.Sum() + _dropped);
            Assert.InRange(_agent.Count.SeriesCount, 0, limit);
            foreach (var (name, value) in _before)
            {
                Assert.True(!shown.TryGetValue(name, out var now) || now >= value, name);
            }

            _before.Clear();
            foreach (var (name, value) in shown)
            {
                _before.Add(name, value);
            }
        }

        private void Count((int Workload, RowHandle Handle) flow, int value)
        {
            _agent.Count.Add(_agent.Table[flow.Handle], value);
            _total += value;
            if (flow.Handle.IsOverflow)
            {
                _other += value;
            }
            else
            {
                _rows[flow.Workload].Count += value;
            }
        }

        private void Look(TimeSpan more)
        {
            _agent.Look(more);
            foreach (var (number, row) in _rows)
            {
                row.IdleSince ??= _agent.Now;
                if (
                    row is { Flows: 0, Owner.IsGone: true }
                    && _agent.Now - row.IdleSince >= TableUnderTest.StaleAfter
                )
                {
                    _dropped += row.Count;
                    _rows.Remove(number);
                    _before.Remove($"w{number}");
                }
            }
        }

        private static Workload New(int number) => new("shop", "Job", $"w{number}");

        private sealed class Row
        {
            public required Workload Owner { get; set; }
            public long Count { get; set; }
            public int Flows { get; set; }

            /// <summary>The first look after its last flow.</summary>
            public TimeSpan? IdleSince { get; set; }
        }
    }
}
