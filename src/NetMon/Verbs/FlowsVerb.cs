using System.CommandLine;
using System.Globalization;
using NetMon.Core.Flows;
using NetMon.Terminal;
using NetMon.Terminal.Flows;
using NetMon.Terminal.Flows.Pairs;

namespace NetMon.Verbs;

/// <summary><c>netmon flows</c>: lists an agent's flows, or follows them.</summary>
internal static class FlowsVerb
{
    public static Command Create(Func<TerminalOutput>? output = null, TimeProvider? time = null)
    {
        var requested = new FlowRequestOptions();
        var follow = new Option<bool>("--follow", "-f")
        {
            Description =
                "print what happens as it happens, until Ctrl-C; counts are those since the flow's line before",
        };
        var last = CheckedOption.One(
            "--last",
            "number",
            "at most so many flows, the first by --sort",
            CheckedOption.Not("a number of flows, 1 or more", value => TryReadCount(value, out _))
        );
        var sort = CheckedOption
            .One(
                "--sort",
                string.Join('|', FlowSorts.Words),
                $"greatest first [default: {FlowSorts.Words[0]}]",
                CheckedOption.Not(
                    CheckedOption.OneOf(FlowSorts.Words),
                    value => FlowSorts.TryParse(value, out _)
                )
            )
            .Completing(FlowSorts.Words);
        var by = CheckedOption
            .One(
                "--by",
                string.Join('|', PairSubjects.Words),
                "sums over the active flows of each pair of ends, the most bytes first",
                CheckedOption.Not(
                    CheckedOption.OneOf(PairSubjects.Words),
                    value => PairSubjects.TryParse(value, out _)
                )
            )
            .Completing(PairSubjects.Words);
        var format = new FormatOption(
            FormatOption.WithWide,
            "wide: every column; json, yaml: exact figures, with --follow a flow a line"
        );
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

        by.Validators.Add(result =>
        {
            if (result.GetValue(follow))
            {
                result.AddError("--by: a sum is of what is now, so this does not go with --follow");
            }
            else if (result.GetValue(format.Option) is "wide")
            {
                result.AddError(
                    "--by: the table of sums has no further columns, so this does not go with wide"
                );
            }
        });

        var command = new Command("flows", "list the flows that an agent sees, or follow them")
        {
            follow,
            last,
            sort,
            by,
        };
        requested.AddTo(command);
        command.Options.Add(format.Option);
        command.Subcommands.Add(FlowsDumpVerb.Create(requested, output));
        command.SetAction(
            (arguments, stop) =>
            {
                var request = requested.ReadRequest(arguments) with
                {
                    Sort = arguments.GetValue(sort),
                    Last = TryReadCount(arguments.GetValue(last), out var count) ? count : null,
                };
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                return AgentVerbRun.RunAsync(
                    requested.Server,
                    arguments,
                    target,
                    client =>
                    {
                        var view = new FlowsView(
                            client,
                            target,
                            format.Read(arguments),
                            time ?? TimeProvider.System
                        );
                        return PairSubjects.TryParse(arguments.GetValue(by), out var subject)
                                ? view.SumAsync(
                                    request with
                                    {
                                        Sort = null,
                                        Last = null,
                                    },
                                    subject,
                                    request.Last,
                                    FlowSorts.TryParse(request.Sort, out var order) ? order : null,
                                    stop
                                )
                            : arguments.GetValue(follow) ? view.FollowAsync(request, stop)
                            : view.ListAsync(request, stop);
                    },
                    stop
                );
            }
        );
        return command;
    }

    private static bool TryReadCount(string? text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count > 0;
}
