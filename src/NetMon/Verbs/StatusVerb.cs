using System.CommandLine;
using NetMon.Configuration;
using NetMon.Terminal;
using NetMon.Terminal.Status;

namespace NetMon.Verbs;

/// <summary><c>netmon status</c>: how an agent is, on one screen; the exit code says whether it is ready.</summary>
internal static class StatusVerb
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(2);

    private static readonly ValueFormat<TimeSpan> Pace = ValueFormats.Duration(
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromHours(1)
    );

    public static Command Create(Func<TerminalOutput>? output = null, TimeProvider? time = null)
    {
        var server = new ServerOption();
        var format = new FormatOption(FormatOption.Usual, "json, yaml: exact figures");
        var watch = new Option<bool>("--watch", "-w")
        {
            Description = "show it again and again, until Ctrl-C",
        };
        var interval = CheckedOption.One(
            "--interval",
            Pace.Name,
            $"with --watch, time between two looks [default: {Pace.Write(DefaultInterval)}]",
            value => Pace.Parse(value).Problem
        );
        var command = new Command(
            "status",
            "show how an agent is; the exit code is 0 if it is ready, 3 if not"
        )
        {
            watch,
            interval,
            format.Option,
        };
        server.AddTo(command);
        command.SetAction(
            async (arguments, stop) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                var ready = true;
                var code = await AgentVerbRun.RunAsync(
                    server,
                    arguments,
                    target,
                    async client =>
                    {
                        var view = new StatusView(client, target, format.Read(arguments));
                        var pace = arguments.GetValue(interval) is { } text
                            ? Pace.Parse(text).Value
                            : DefaultInterval;
                        ready = arguments.GetValue(watch)
                            ? await view.WatchAsync(pace, time ?? TimeProvider.System, stop)
                            : await view.ShowAsync(stop);
                    },
                    stop
                );
                return code == ExitCode.Ok && !ready ? ExitCode.NotReady : code;
            }
        );
        return command;
    }
}
