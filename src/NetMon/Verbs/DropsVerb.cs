using System.CommandLine;
using System.Globalization;
using NetMon.Client;
using NetMon.Core.Drops;
using NetMon.Terminal;
using NetMon.Terminal.Drops;
using NetMon.Terminal.Flows;

namespace NetMon.Verbs;

/// <summary><c>netmon drops</c>: lists what an agent's host dropped, or follows it.</summary>
internal static class DropsVerb
{
    public static Command Create(Func<TerminalOutput>? output = null, TimeProvider? time = null)
    {
        var server = new ServerOption();
        var criteria = CriterionOption.Create(DropQuery.Criteria, "packets");
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "print what is dropped as it is, until Ctrl-C",
        };
        var reason = CheckedOption
            .Many(
                "--reason",
                "reason",
                "only packets that were dropped for this reason, such as NETFILTER_DROP (repeatable)",
                CheckedOption.Not("a reason, such as NETFILTER_DROP", DropQuery.IsReason)
            )
            .Completing([
                .. DropReason.All.Where(one => one.Class != DropClass.Ordinary).Select(one => one.Name),
            ]);
        var last = CheckedOption.One(
            "--last",
            "number",
            "at most so many, the latest",
            CheckedOption.Not("a number of drops, 1 or more", IsCount)
        );
        last.Validators.Add(result =>
        {
            if (result.GetValue(follow))
            {
                result.AddError("--last: a stream has no end, so this does not go with --follow");
            }
        });
        var format = new FormatOption(
            FormatOption.WithWide,
            "wide: every column; json, yaml: exact figures, with --follow an object a line"
        );

        var command = new Command(
            "drops",
            "list the packets that the kernel dropped, and why, or follow them"
        )
        {
            follow,
            reason,
            last,
        };
        foreach (var (_, option) in criteria)
        {
            command.Options.Add(option);
        }

        server.AddTo(command);
        command.Options.Add(format.Option);
        command.SetAction(
            (arguments, stop) =>
            {
                var request = ReadRequest();
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                return AgentVerbRun.RunAsync(
                    server,
                    arguments,
                    target,
                    client =>
                    {
                        var view = new DropsView(
                            client,
                            target,
                            format.Read(arguments),
                            time ?? TimeProvider.System
                        );
                        return arguments.GetValue(follow)
                            ? view.FollowAsync(request, stop)
                            : view.ListAsync(request, stop);
                    },
                    stop
                );

                DropRequest ReadRequest()
                {
                    var parameters = new List<KeyValuePair<string, string>>();
                    foreach (var (criterion, option) in criteria)
                    {
                        Add(criterion.Name, arguments.GetValue(option));
                    }

                    Add("reason", arguments.GetValue(reason));
                    Add("last", arguments.GetValue(last) is { } count ? [count] : null);
                    return new DropRequest(parameters);

                    void Add(string name, string[]? values) =>
                        parameters.AddRange(
                            (values ?? []).Select(value => new KeyValuePair<string, string>(name, value))
                        );
                }
            }
        );
        return command;
    }

    private static bool IsCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0;
}
