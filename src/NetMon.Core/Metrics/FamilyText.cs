using System.Text;

namespace NetMon.Core.Metrics;

/// <summary>The parts of a family's exposition that never change, made once.</summary>
internal sealed class FamilyText
{
    private FamilyText(byte[] sampleName, byte[] textHeader, byte[] openMetricsHeader)
    {
        SampleName = sampleName;
        TextHeader = textHeader;
        OpenMetricsHeader = openMetricsHeader;
    }

    public byte[] SampleName { get; }
    public byte[] TextHeader { get; }
    public byte[] OpenMetricsHeader { get; }

    public static FamilyText Of(Instrument instrument)
    {
        var help = instrument
            .Help.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        var textType = instrument.Type == MetricType.Info ? MetricType.Gauge : instrument.Type;
        var text = $"# HELP {instrument.Name} {help}\n# TYPE {instrument.Name} {TypeName(textType)}\n";

        var quotedHelp = help.Replace("\"", "\\\"", StringComparison.Ordinal);
        var family = instrument.Family;
        var openMetrics = $"# TYPE {family} {TypeName(instrument.Type)}\n";
        if (HasUnit(instrument))
        {
            openMetrics += $"# UNIT {family} {instrument.Unit}\n";
        }

        openMetrics += $"# HELP {family} {quotedHelp}\n";
        return new FamilyText(
            Encoding.UTF8.GetBytes(instrument.Name),
            Encoding.UTF8.GetBytes(text),
            Encoding.UTF8.GetBytes(openMetrics)
        );
    }

    // OpenMetrics: a unit that is declared must end the family's name; an info has none.
    private static bool HasUnit(Instrument instrument) =>
        instrument.Type != MetricType.Info
        && instrument.Family.EndsWith("_" + instrument.Unit, StringComparison.Ordinal);

    private static string TypeName(MetricType type) =>
        type switch
        {
            MetricType.Counter => "counter",
            MetricType.Gauge => "gauge",
            MetricType.Histogram => "histogram",
            MetricType.Summary => "summary",
            _ => "info",
        };
}
