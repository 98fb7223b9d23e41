using System.Buffers;
using System.CommandLine;
using NetMon.Client;
using NetMon.Terminal;
using NetMon.Terminal.Documents;

namespace NetMon.Verbs;

/// <summary><c>netmon flows dump</c>: every flow, for other programs.</summary>
internal static class FlowsDumpVerb
{
    private const string Lines = "jsonl";

    /// <param name="requested">The filters, which the verb above has.</param>
    /// <param name="output">Where it goes.</param>
    public static Command Create(FlowRequestOptions requested, Func<TerminalOutput>? output)
    {
        var format = new FormatOption(
            [Lines, "json", "yaml"],
            "jsonl: a flow a line; json, yaml: one document, with the time and the number of flows"
        );
        var command = new Command("dump", "print all flows for other programs, a JSON object a line")
        {
            format.Option,
        };
        command.SetAction(
            (arguments, stop) =>
            {
                var request = requested.ReadRequest(arguments);
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                return AgentVerbRun.RunAsync(
                    requested.Server,
                    arguments,
                    target,
                    client => DumpAsync(client, request, format.Read(arguments), target, stop),
                    stop
                );
            }
        );
        return command;
    }

    private static async Task DumpAsync(
        AgentClient client,
        FlowRequest request,
        OutputFormat format,
        TerminalOutput output,
        CancellationToken cancellationToken
    )
    {
        if (DocumentPrinter.For(format, output) is { } printer)
        {
            await client.CopyListAsync(request, printer.Print, cancellationToken);
            printer.End();
            return;
        }

        var lines = new JsonPrinter(output);
        var printed = 0;
        var list = await client.DumpAsync(
            request,
            flow =>
            {
                lines.PrintLine(in flow);
                printed++;
            },
            cancellationToken
        );
        if (printed < list.Total)
        {
            output.Errors.WriteLine(
                $"netmon: {printed} of {list.Total} flows printed: the others ended meanwhile"
            );
        }
    }
}
