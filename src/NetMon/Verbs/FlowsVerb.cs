using System.CommandLine;
using System.Globalization;
using NetMon.Client;
using NetMon.Core.Flows;
using NetMon.Terminal;
using NetMon.Terminal.Flows;

namespace NetMon.Verbs;

/// <summary><c>netmon flows</c>: lists an agent's flows, or follows them.</summary>
internal static class FlowsVerb
{
    // In the order of FlowsFormat.
    private static readonly string[] Formats = ["table", "wide", "json"];

    public static Command Create(Func<TerminalOutput>? output = null, TimeProvider? time = null)
    {
        var requestOptions = new FlowRequestOptions();
        var follow = new Option<bool>("--follow", "-f")
        {
            Description =
                "Print what happens as it happens, until Ctrl-C: each line with the counts since the flow's line before",
        };
        var last = CheckedOption.One(
            "--last",
            "N",
            "At most N flows, the first by --sort",
            "a number of flows, 1 or more",
            value => TryReadCount(value, out _)
        );
        var sort = CheckedOption
            .One(
                "--sort",
                "KEY",
                $"Greatest first: {CheckedOption.OneOf(FlowSorts.Words)} [default: {FlowSorts.Words[0]}]",
                CheckedOption.OneOf(FlowSorts.Words),
                value => FlowSorts.TryParse(value, out _)
            )
            .Completing(FlowSorts.Words);
        var format = CheckedOption
            .One(
                "--output",
                "FORMAT",
                "table, wide (every column) or json (exact figures, one flow a line with --follow) [default: table]",
                CheckedOption.OneOf(Formats),
                value => Formats.Contains(value, StringComparer.Ordinal),
                "-o"
            )
            .Completing(Formats);

        foreach (var option in new Option[] { last, sort })
        {
            option.Validators.Add(result =>
            {
                if (result.GetValue(follow))
                {
                    result.AddError(
                        $"{option.Name}: a stream has no end and no order, so this does not go with --follow"
                    );
                }
            });
        }

        var command = new Command("flows", "List the flows that an agent sees, or follow them");
        command.Options.Add(follow);
        command.Options.Add(last);
        command.Options.Add(sort);
        requestOptions.AddTo(command);
        command.Options.Add(format);
        command.SetAction(
            async (arguments, cancellationToken) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                if (!requestOptions.TryReadServer(arguments, out var server, out var error))
                {
                    return AgentVerbRun.Fail(target, error, "correct it, or give --server", ExitCode.Usage);
                }

                var request = requestOptions.ReadRequest(arguments) with
                {
                    Sort = arguments.GetValue(sort),
                    Last = TryReadCount(arguments.GetValue(last), out var count) ? count : null,
                };
                return await AgentVerbRun.RunAsync(
                    server,
                    target,
                    client =>
                    {
                        var view = new FlowsView(
                            client,
                            target,
                            ReadFormat(arguments.GetValue(format)),
                            time ?? TimeProvider.System
                        );
                        return arguments.GetValue(follow)
                            ? view.FollowAsync(request, cancellationToken)
                            : view.ListAsync(request, cancellationToken);
                    },
                    cancellationToken
                );
            }
        );
        return command;
    }

    private static FlowsFormat ReadFormat(string? word) =>
        (FlowsFormat)Math.Max(0, Array.IndexOf(Formats, word));

    private static bool TryReadCount(string? text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
