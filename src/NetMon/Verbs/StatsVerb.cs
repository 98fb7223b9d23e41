using System.CommandLine;
using System.Globalization;
using NetMon.Bpf;
using NetMon.Client;
using NetMon.Terminal;
using NetMon.Terminal.Stats;

namespace NetMon.Verbs;

/// <summary><c>netmon stats</c>: an agent's own counters.</summary>
internal static class StatsVerb
{
    private const double LongestMeasurement = 10;

    public static Command Create(Func<TerminalOutput>? output = null)
    {
        var server = new ServerOption();
        var subjects = new Argument<string[]>("subject")
        {
            Description = $"{CheckedOption.OneOf(StatsView.Subjects)} [default: all]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        subjects.AcceptOnlyFromAmong(StatsView.Subjects);
        var measure = CheckedOption.One(
            "--measure",
            "seconds",
            $"for bpf: how long the programs are measured, 0 to {LongestMeasurement}; it costs every BPF program of the machine some 20 ns a run meanwhile [default: 1]",
            CheckedOption.Not(
                $"a number of seconds from 0 to {LongestMeasurement}",
                text => TryReadSeconds(text, out _)
            )
        );
        var format = new FormatOption(
            FormatOption.WithWide,
            "wide: counters that are 0, too; json, yaml: exact figures"
        );
        var command = new Command(
            "stats",
            "show an agent's own counters: what its parts do, and what they cost"
        )
        {
            subjects,
            measure,
            format.Option,
        };
        server.AddTo(command);
        command.SetAction(
            (arguments, stop) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                var seconds = TryReadSeconds(arguments.GetValue(measure), out var given) ? given : 1;
                return AgentVerbRun.RunAsync(
                    server,
                    arguments,
                    target,
                    async client =>
                    {
                        var wanted = arguments.GetValue(subjects) ?? [];
                        using var measuring = Measure(client.Address, wanted, seconds);
                        await new StatsView(client, target, format.Read(arguments)).ShowAsync(
                            wanted,
                            seconds,
                            stop
                        );
                    },
                    stop
                );
            }
        );
        return command;
    }

    // An agent on this machine gave up the right to it (CAP_SYS_ADMIN), which whoever asks may have.
    private static IDisposable? Measure(ServerAddress server, string[] subjects, double seconds)
    {
        if (!server.IsOfThisMachine || seconds <= 0 || (subjects.Length > 0 && !subjects.Contains("bpf")))
        {
            return null;
        }

        try
        {
            return FlowProgram.EnableRunStatistics();
        }
        catch (BpfException)
        {
            return null;
        }
    }

    private static bool TryReadSeconds(string? text, out double seconds) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds)
        && seconds is >= 0 and <= LongestMeasurement;
}
