using System.CommandLine;
using NetMon.Configuration;
using NetMon.Terminal;
using NetMon.Terminal.Top;

namespace NetMon.Verbs;

/// <summary><c>netmon top</c>: a live view of an agent's flows, by rate.</summary>
internal static class TopVerb
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    private static readonly ValueFormat<TimeSpan> Pace = ValueFormats.Duration(
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromHours(1)
    );

    public static Command Create(Func<TerminalOutput>? target = null)
    {
        var requested = new FlowRequestOptions();
        var interval = CheckedOption.One(
            "--interval",
            Pace.Name,
            $"time between two looks [default: {Pace.Write(DefaultInterval)}]",
            value => Pace.Parse(value).Problem
        );
        var once = new Option<bool>("--once")
        {
            Description =
                $"print one table and end, within {Pace.Write(TopOnce.Longest)}: for a pipe or a file, too",
        };
        var command = new Command("top", "watch an agent's flows live, the busiest first");
        requested.AddTo(command);
        command.Options.Add(interval);
        command.Options.Add(once);
        command.SetAction(
            (arguments, stop) =>
            {
                var output = target?.Invoke() ?? TerminalOutput.ForProcess();
                var isOnce = arguments.GetValue(once);
                if (!isOnce && !CanDraw())
                {
                    var code = AgentVerbRun.Fail(
                        output,
                        "top needs a terminal to draw on",
                        "for a pipe or a file: netmon top --once, or netmon flows --follow",
                        ExitCode.Usage
                    );
                    return Task.FromResult(code);
                }

                var request = requested.ReadRequest(arguments);
                var pace = arguments.GetValue(interval) is { } text
                    ? Pace.Parse(text).Value
                    : DefaultInterval;
                return AgentVerbRun.RunAsync(
                    requested.Server,
                    arguments,
                    output,
                    client =>
                        isOnce
                            ? new TopOnce(client, request, output, TimeProvider.System).RunAsync(pace, stop)
                            : new TopView(client, request, pace, output, TimeProvider.System).RunAsync(stop),
                    stop
                );
            }
        );
        return command;
    }

    private static bool CanDraw() =>
        !Console.IsInputRedirected
        && !Console.IsOutputRedirected
        && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
}
