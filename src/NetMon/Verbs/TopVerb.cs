using System.CommandLine;
using NetMon.Terminal;
using NetMon.Terminal.Top;

namespace NetMon.Verbs;

/// <summary><c>netmon top</c>: a live view of an agent's flows, by rate.</summary>
internal static class TopVerb
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var requestOptions = new FlowRequestOptions();
        var interval = CheckedOption.One(
            "--interval",
            "TIME",
            $"Between two looks: seconds, or with a unit (500ms, 2s, 1m) [default: {DefaultInterval.TotalSeconds:0}s]",
            "a time from 100ms to 1h, such as 500ms or 2s",
            value => Interval.TryParse(value, out _),
            "-i"
        );
        var command = new Command("top", "Watch an agent's flows live, the busiest first");
        requestOptions.AddTo(command);
        command.Options.Add(interval);
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                var output = TerminalOutput.ForProcess();
                if (!requestOptions.TryReadServer(arguments, out var server, out var error))
                {
                    return AgentVerbRun.Fail(output, error, "correct it, or give --server", ExitCode.Usage);
                }

                if (
                    Console.IsInputRedirected
                    || Console.IsOutputRedirected
                    || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb"
                )
                {
                    return AgentVerbRun.Fail(
                        output,
                        "top needs a terminal to draw on",
                        "for a pipe or a file: netmon flows --follow",
                        ExitCode.Usage
                    );
                }

                var pace = Interval.TryParse(arguments.GetValue(interval) ?? "", out var given)
                    ? given
                    : DefaultInterval;
                return await AgentVerbRun.RunAsync(
                    server,
                    output,
                    client =>
                        new TopView(
                            client,
                            requestOptions.ReadRequest(arguments),
                            pace,
                            output,
                            TimeProvider.System
                        ).RunAsync(cancellationToken),
                    cancellationToken
                );
            }
        );
        return command;
    }
}
