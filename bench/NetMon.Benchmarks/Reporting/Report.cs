using System.Text;

namespace NetMon.Benchmarks.Reporting;

/// <summary>bench/results.md.</summary>
internal static class Report
{
    public static string Write(string machine, IReadOnlyList<Section> sections)
    {
        var text = new StringBuilder(
            "# Benchmark results\n\nWritten by `bench/run`. All figures are medians unless they say otherwise.\n\n"
        );
        text.Append(machine).Append("\n\n");
        foreach (var section in sections)
        {
            text.Append($"## {section.Title}\n\n{section.Method}\n\n");
            if (section.Figures.Count > 0)
            {
                text.Append("| figure | value | target | met |\n|---|---|---|---|\n");
                foreach (var figure in section.Figures)
                {
                    var met = figure.Met switch
                    {
                        true => "yes",
                        false => "**no**",
                        null => "",
                    };
                    text.Append($"| {figure.What} | {figure.Value} | {figure.Target} | {met} |\n");
                }

                text.Append('\n');
            }

            if (section.Extra.Length > 0)
            {
                text.Append(section.Extra.Trim()).Append("\n\n");
            }
        }

        return text.ToString().TrimEnd() + "\n";
    }
}
