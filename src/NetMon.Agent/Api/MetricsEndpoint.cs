using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using NetMon.Agent.Options;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Api;

/// <summary><c>/metrics</c>: all families as Prometheus text or OpenMetrics, as Accept says; gzip where Accept-Encoding allows it.</summary>
internal sealed class MetricsEndpoint(MetricRegistry registry)
{
    private const int FlushBytes = 64 * 1024;

    private readonly Turns _turns = new(new PerformanceOptions().Workers);
    private volatile bool _enabled = true;

    /// <summary>Expositions at once; others wait. From any thread.</summary>
    public int AtOnce
    {
        set => _turns.AtOnce = value;
    }

    /// <summary>Whether metrics are served at all. From any thread.</summary>
    public bool Enabled
    {
        set => _enabled = value;
    }

    public async Task HandleAsync(HttpContext context)
    {
        if (!_enabled)
        {
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status404NotFound,
                "metrics are not served: export.prometheus.enabled is false"
            );
            return;
        }

        var format = ExpositionFormats.Negotiate(context.Request.Headers.Accept.ToString());
        var gzip = AcceptsGzip(context.Request.Headers.AcceptEncoding);
        var response = context.Response;
        response.ContentType = format.ContentType();
        response.Headers.Vary = "Accept, Accept-Encoding";
        if (gzip)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        await _turns.RunAsync(context, token => WriteAsync(response.BodyWriter, format, gzip, token));
    }

    private async Task WriteAsync(
        PipeWriter body,
        ExpositionFormat format,
        bool gzip,
        CancellationToken cancellation
    )
    {
        var paced = new PacedWriter(body, cancellation);
        using var compressed = gzip ? new GzipBufferWriter(paced) : null;
        IBufferWriter<byte> output = compressed is null ? paced : compressed;
        var family = 0;
        while (registry.WriteNext(output, format, ref family))
        {
            if (body.UnflushedBytes >= FlushBytes)
            {
                await body.FlushAsync(cancellation);
            }
        }

        compressed?.Finish();
        await body.FlushAsync(cancellation);
    }

    /// <remarks>RFC 9110 section 12.5.3: a quality of 0 refuses; <c>*</c> stands for all that are not named.</remarks>
    private static bool AcceptsGzip(StringValues header)
    {
        var any = false;
        foreach (var line in header)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var item = line.AsSpan()[range];
                var end = item.IndexOf(';');
                var coding = (end < 0 ? item : item[..end]).Trim();
                var accepted = end < 0 || !IsRefused(item[(end + 1)..]);
                if (coding.Equals("gzip", StringComparison.OrdinalIgnoreCase))
                {
                    return accepted;
                }

                any |= coding is "*" && accepted;
            }
        }

        return any;
    }

    private static bool IsRefused(ReadOnlySpan<char> parameters)
    {
        var quality = parameters.Trim();
        return quality.StartsWith("q=", StringComparison.OrdinalIgnoreCase)
            && !quality[2..].ContainsAnyExcept('0', '.');
    }
}
