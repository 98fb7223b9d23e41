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

    public static Command Create()
    {
        var requested = new FlowRequestOptions();
        var interval = CheckedOption.One(
            "--interval",
            Pace.Name,
            $"time between two looks [default: {Pace.Write(DefaultInterval)}]",
            value => Pace.Parse(value).Problem
        );
        var command = new Command("top", "watch an agent's flows live, the busiest first");
        requested.AddTo(command);
        command.Options.Add(interval);
        command.SetAction(
            (arguments, stop) =>
            {
                var output = TerminalOutput.ForProcess();
                if (!CanDraw())
                {
                    var code = AgentVerbRun.Fail(
                        output,
                        "top needs a terminal to draw on",
                        "for a pipe or a file: netmon flows --follow",
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
                    client => new TopView(client, request, pace, output, TimeProvider.System).RunAsync(stop),
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
