using Microsoft.Extensions.Logging;
using NetMon.Agent.Flows;
using NetMon.Bpf;
using NetMon.Bpf.Netlink;
using NetMon.Testing;

namespace NetMon.Agent.Tests.Flows;

public sealed class ListeningPortsWatchTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly InitiatorRules _rules = new();
    private readonly ManualTime _time = new();
    private readonly LineLog _log = new();
    private readonly Queue<ListeningPorts?> _answers = [];
    private int _asked;

    [Fact]
    public async Task After_a_failure_it_looks_again_in_half_a_minute()
    {
        var ports = new ListeningPorts();
        await RunAsync(null, ports);

        Assert.Equal(2, _asked);
        Assert.Same(ports, _rules.Listening);
    }

    [Fact]
    public async Task What_was_known_stands_while_looking_fails()
    {
        var ports = new ListeningPorts();
        await RunAsync(ports, null);

        Assert.Equal(2, _asked);
        Assert.Same(ports, _rules.Listening);
    }

    [Fact]
    public async Task Failures_in_a_row_are_told_once()
    {
        await RunAsync(null, null, null, new ListeningPorts(), null, null);

        Assert.Equal(6, _asked);
        Assert.Equal(2, _log.Lines.Count);
    }

    /// <summary>Looks as often as there are answers; null is a failure.</summary>
    private async Task RunAsync(params ListeningPorts?[] answers)
    {
        using var stop = new CancellationTokenSource();
        foreach (var answer in answers)
        {
            _answers.Enqueue(answer);
        }

        var run = new ListeningPortsWatch(_rules, Read, _time, _log).RunAsync(stop.Token);
        for (var looks = 1; looks < answers.Length; looks++)
        {
            await UntilWaitingAsync();
            _time.Advance(Interval);
        }

        await UntilWaitingAsync();
        await stop.CancelAsync();
        await run;
    }

    private async Task UntilWaitingAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (_time.NextTimer is null)
        {
            await Task.Delay(2, limit.Token);
        }

        Assert.Equal(Interval, _time.NextTimer);
    }

    private ListeningPorts Read()
    {
        _asked++;
        return _answers.Dequeue() ?? throw new BpfException("list the listening sockets", 11, "");
    }
}
