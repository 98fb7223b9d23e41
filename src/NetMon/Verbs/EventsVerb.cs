using System.CommandLine;
using NetMon.Client;
using NetMon.Core.Detections;
using NetMon.Core.Detections.Events;
using NetMon.Terminal;
using NetMon.Terminal.Events;
using NetMon.Terminal.Flows;

namespace NetMon.Verbs;

/// <summary><c>netmon events</c>: lists what an agent found suspicious, or follows it.</summary>
internal static class EventsVerb
{
    // By the name of the API's parameter.
    private static readonly (string Name, string HelpName, string Description, string[] Aliases)[] Texts =
    [
        ("type", "type", $"only events of this type: {CheckedOption.OneOf(DetectionWords.AllTypes)}", []),
        ("severity", "low|medium|high", "only events that matter so much", []),
        ("namespace", "name", "only events with an end in this namespace", ["-n"]),
        ("workload", "[ns/]name", "only events with this workload at an end", []),
        (
            "since",
            "time",
            "only events of which something happened since: 15m, 24h, 2026-01-31T12:00:00Z",
            []
        ),
        ("limit", "number", "at most so many, the youngest", []),
    ];

    public static Command Create(Func<TerminalOutput>? output = null, TimeProvider? time = null)
    {
        var server = new ServerOption();
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "print what begins, goes on and ends, as it happens, until Ctrl-C",
        };
        var format = new FormatOption(
            FormatOption.WithWide,
            "wide: every column; json: all evidence, with --follow a line for each change"
        );
        var filters = Texts.Select(text => (text.Name, Option: Filter(text))).ToArray();
        var command = new Command(
            "events",
            "list what an agent finds suspicious: scans, floods, beacons, ..."
        )
        {
            follow,
        };
        foreach (var (_, option) in filters)
        {
            command.Options.Add(option);
        }

        command.Options.Add(format.Option);
        server.AddTo(command);
        command.SetAction(
            (arguments, stop) =>
            {
                var request = new EventRequest([
                    .. filters.SelectMany(filter =>
                        (arguments.GetValue(filter.Option) ?? []).Select(value =>
                            KeyValuePair.Create(filter.Name, value)
                        )
                    ),
                ]);
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                var shown = format.Read(arguments);
                return AgentVerbRun.RunAsync(
                    server,
                    arguments,
                    target,
                    client =>
                    {
                        var view = new EventsView(client, target, shown, time ?? TimeProvider.System);
                        return arguments.GetValue(follow)
                            ? view.FollowAsync(request, stop)
                            : view.ListAsync(request, stop);
                    },
                    stop
                );
            }
        );
        return command;
    }

    private static Option<string[]> Filter(
        (string Name, string HelpName, string Description, string[] Aliases) text
    )
    {
        var expected = SecurityEventQuery.Parameters.First(one => one.Name == text.Name).Expected;
        var option = CheckedOption.Many(
            $"--{text.Name}",
            text.HelpName,
            text.Description,
            CheckedOption.Not(expected, value => SecurityEventQuery.Accepts(text.Name, value)),
            text.Aliases
        );
        return text.Name switch
        {
            "type" => option.Completing(DetectionWords.AllTypes),
            "severity" => option.Completing(DetectionWords.AllSeverities),
            _ => option,
        };
    }
}
