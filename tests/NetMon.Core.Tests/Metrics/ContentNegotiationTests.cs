using NetMon.Core.Metrics;

namespace NetMon.Core.Tests.Metrics;

public class ContentNegotiationTests
{
    [Theory]
    // What Prometheus 2.42 and 3.0 send.
    [InlineData(
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        true
    )]
    [InlineData(
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,/;q=0.1",
        true
    )]
    [InlineData("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("Application/OpenMetrics-Text; Version=\"1.0.0\"", true)]
    [InlineData("application/openmetrics-text;version=0.0.1", false)]
    [InlineData("application/openmetrics-text;q=0.5,text/plain;q=0.6", false)]
    [InlineData("application/openmetrics-text;q=0.6,text/plain;q=0.5", true)]
    [InlineData("application/openmetrics-text;q=0,*/*", false)]
    [InlineData("application/openmetrics-text;q=0.2,*/*;q=0.9", false)]
    [InlineData("text/plain;q=0,*/*", true)]
    [InlineData("application/*", true)]
    [InlineData("text/*,application/openmetrics-text", false)]
    [InlineData("text/*;q=0.1,application/openmetrics-text;q=0.2", true)]
    [InlineData("*/*", false)]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false)]
    [InlineData("application/json", false)]
    [InlineData("application/openmetrics-text;q=high", false)]
    [InlineData("application/openmetrics-text;q=2", false)]
    [InlineData(" application/openmetrics-text ; q=1 , text/plain ; q = 0.9 ", true)]
    [InlineData(",;,=;q", false)]
    [InlineData("", false)]
    public void The_format_that_the_header_prefers_is_chosen(string accept, bool openMetrics)
    {
        Assert.Equal(
            openMetrics ? ExpositionFormat.OpenMetrics : ExpositionFormat.PrometheusText,
            ExpositionFormats.Negotiate(accept)
        );
    }

    [Fact]
    public void Each_format_names_its_version_and_character_set()
    {
        Assert.Equal(
            "text/plain; version=0.0.4; charset=utf-8",
            ExpositionFormat.PrometheusText.ContentType()
        );
        Assert.Equal(
            "application/openmetrics-text; version=1.0.0; charset=utf-8",
            ExpositionFormat.OpenMetrics.ContentType()
        );
    }
}
