using System.CommandLine;
using System.Globalization;
using NetMon.Configuration;
using NetMon.Terminal;
using NetMon.Terminal.Tracing;

namespace NetMon.Verbs;

/// <summary><c>netmon debug packet-trace</c>: each packet's way through the kernel.</summary>
internal static class DebugPacketVerb
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(10);
    private static readonly string[] Formats = ["table", "json", "yaml"];

    private static readonly ValueFormat<TimeSpan> Duration = ValueFormats.Duration(
        TimeSpan.FromMilliseconds(100),
        TimeSpan.FromMinutes(10)
    );

    public static Command Create(Func<TerminalOutput>? output = null)
    {
        var server = new ServerOption();
        var format = new FormatOption(Formats, "json: an object a packet, as it comes");
        var filter = new Argument<string[]>("filter")
        {
            Description =
                "addresses or networks (two at most), port N, tcp|udp|icmp|proto N, dev NAME, such as: 10.1.2.3 port 80 tcp",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var duration = CheckedOption.One(
            "--duration",
            Duration.Name,
            $"how long [default: {Duration.Write(Usual)}]",
            value => Duration.Parse(value).Problem
        );
        var max = CheckedOption.One(
            "--max",
            "number",
            "at most so many packets",
            CheckedOption.Not(
                "a number of packets, 1 or more",
                value =>
                    int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                    && count > 0
            ),
            "-n"
        );
        var command = new Command(
            "packet-trace",
            "show each packet's way: interfaces, hooks, and whether it was delivered, forwarded, sent or dropped, and why"
        )
        {
            filter,
            duration,
            max,
            format.Option,
        };
        server.AddTo(command);
        command.SetAction(
            (arguments, stop) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                var time = arguments.GetValue(duration) is { } text ? Duration.Parse(text).Value : Usual;
                var path = FormattableString.Invariant($"/api/v1/debug/packets?duration={time.TotalSeconds}");
                if (arguments.GetValue(filter) is { Length: > 0 } words)
                {
                    path += $"&filter={Uri.EscapeDataString(string.Join(' ', words))}";
                }

                if (arguments.GetValue(max) is { } count)
                {
                    path += $"&max={count}";
                }

                return AgentVerbRun.RunAsync(
                    server,
                    arguments,
                    target,
                    client =>
                        new PacketTraceView(client, target, format.Read(arguments)).RunAsync(path, stop),
                    stop
                );
            }
        );
        return command;
    }
}
