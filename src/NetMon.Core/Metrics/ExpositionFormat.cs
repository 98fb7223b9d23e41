using System.Globalization;

namespace NetMon.Core.Metrics;

public enum ExpositionFormat
{
    /// <summary>Prometheus text format 0.0.4.</summary>
    PrometheusText,

    /// <summary>OpenMetrics 1.0.0.</summary>
    OpenMetrics,
}

/// <summary>Media types of the formats, and the choice between them.</summary>
public static class ExpositionFormats
{
    private const string TextType = "text/plain";
    private const string OpenMetricsType = "application/openmetrics-text";

    public static string ContentType(this ExpositionFormat format) =>
        format == ExpositionFormat.OpenMetrics
            ? OpenMetricsType + "; version=1.0.0; charset=utf-8"
            : TextType + "; version=0.0.4; charset=utf-8";

    /// <summary>
    /// The format that an Accept header prefers (RFC 9110 section 12.5.1: the most specific range of a type gives its
    /// quality). Text when the header is absent, leaves it open or accepts neither: every reader of metrics understands it.
    /// </summary>
    public static ExpositionFormat Negotiate(ReadOnlySpan<char> accept)
    {
        var text = new Preference();
        var openMetrics = new Preference();
        while (!accept.IsEmpty)
        {
            var range = Until(ref accept, ',');
            var type = Until(ref range, ';').Trim();
            var (quality, version) = ReadParameters(range);

            text.Consider(type, version, quality, TextType, "0.0.4");
            openMetrics.Consider(type, version, quality, OpenMetricsType, "1.0.0");
        }

        return openMetrics.Quality > text.Quality
            ? ExpositionFormat.OpenMetrics
            : ExpositionFormat.PrometheusText;
    }

    private static (double Quality, string? Version) ReadParameters(ReadOnlySpan<char> text)
    {
        var quality = 1.0;
        string? version = null;
        while (!text.IsEmpty)
        {
            var value = Until(ref text, ';');
            var name = Until(ref value, '=').Trim();
            value = value.Trim().Trim('"');
            if (name.Equals("q", StringComparison.OrdinalIgnoreCase))
            {
                quality =
                    double.TryParse(
                        value,
                        NumberStyles.AllowDecimalPoint,
                        CultureInfo.InvariantCulture,
                        out var q
                    )
                    && q <= 1
                        ? q
                        : 0;
            }
            else if (name.Equals("version", StringComparison.OrdinalIgnoreCase))
            {
                version = value.ToString();
            }
        }

        return (quality, version);
    }

    // The text before the separator; leaves the text after it.
    private static ReadOnlySpan<char> Until(ref ReadOnlySpan<char> text, char separator)
    {
        var end = text.IndexOf(separator);
        var head = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[(end + 1)..];
        return head;
    }

    private struct Preference
    {
        private int _specificity;

        public double Quality { get; private set; }

        public void Consider(
            ReadOnlySpan<char> range,
            string? version,
            double quality,
            string type,
            string typeVersion
        )
        {
            var specificity = Specificity(range, version, type, typeVersion);
            if (
                specificity > _specificity
                || (specificity == _specificity && specificity > 0 && quality > Quality)
            )
            {
                _specificity = specificity;
                Quality = quality;
            }
        }

        private static int Specificity(
            ReadOnlySpan<char> range,
            string? version,
            string type,
            string typeVersion
        )
        {
            if (range.Equals(type, StringComparison.OrdinalIgnoreCase))
            {
                return version is null ? 3
                    : string.Equals(version, typeVersion, StringComparison.Ordinal) ? 4
                    : 0;
            }

            if (range is "*/*")
            {
                return 1;
            }

            var slash = type.IndexOf('/', StringComparison.Ordinal);
            return
                range.EndsWith("/*")
                && range[..^2].Equals(type.AsSpan(0, slash), StringComparison.OrdinalIgnoreCase)
                ? 2
                : 0;
        }
    }
}
