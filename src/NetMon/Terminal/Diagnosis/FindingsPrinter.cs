using System.Buffers;
using System.Text;
using System.Text.Json;
using NetMon.Core.Diagnosis;
using NetMon.Terminal.Documents;

namespace NetMon.Terminal.Diagnosis;

/// <summary>Prints a diagnosis: a line for each finding, and beneath those that are not well what to do.</summary>
internal static class FindingsPrinter
{
    private const string Arrow = "-> ";
    private const int StatusWidth = 6;

    public static void Print(IReadOnlyList<Finding> findings, OutputFormat format, TerminalOutput output)
    {
        if (DocumentPrinter.For(format, output) is { } document)
        {
            var body = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(body))
            {
                FindingJson.Write(json, findings);
            }

            document.PrintAll(body.WrittenSpan);
            return;
        }

        var text = new StringBuilder();
        var indent = StatusWidth + findings.Select(one => one.Check.Length).DefaultIfEmpty().Max() + 2;
        foreach (var finding in findings)
        {
            var line = new StyledLine(output.Colour)
                .Add(finding.Word, StyleOf(finding.Status))
                .PadTo(StatusWidth)
                .Add(TerminalText.Clean(finding.Check))
                .PadTo(indent);
            Wrap(text, line, TerminalText.Clean(finding.Found), indent, output);
            if (finding.Status != FindingStatus.Pass && finding.Advice.Length > 0)
            {
                var advice = new StyledLine(output.Colour).PadTo(indent).Add(Arrow, TextStyle.Quiet);
                Wrap(text, advice, TerminalText.Clean(finding.Advice), indent + Arrow.Length, output);
            }
        }

        text.Append(Summary(findings)).Append('\n');
        output.Write(text);
    }

    private static string Summary(IReadOnlyList<Finding> findings) =>
        string.Join(
            ", ",
            findings
                .GroupBy(one => one.Status)
                .OrderBy(group => group.Key)
                .Select(group => $"{group.Count()} {group.First().Word}")
        );

    /// <summary>Breaks text between words where the terminal ends.</summary>
    private static void Wrap(
        StringBuilder text,
        StyledLine line,
        string words,
        int indent,
        TerminalOutput output
    )
    {
        var width = output.Width() is { } columns && columns > indent + 20 ? columns : int.MaxValue;
        var isFirst = true;
        foreach (var word in words.Split(' '))
        {
            if (!isFirst && line.Width + 1 + word.Length > width)
            {
                line.AppendTo(text);
                text.Append('\n');
                line = new StyledLine(output.Colour).PadTo(indent);
                isFirst = true;
            }

            line.Add(isFirst ? word : $" {word}");
            isFirst = false;
        }

        line.AppendTo(text);
        text.Append('\n');
    }

    private static TextStyle StyleOf(FindingStatus status) =>
        status switch
        {
            FindingStatus.Fail => TextStyle.Failure,
            FindingStatus.Warn => TextStyle.Notice,
            _ => TextStyle.Quiet,
        };
}
