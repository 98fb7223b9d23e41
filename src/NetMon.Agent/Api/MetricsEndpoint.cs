using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using NetMon.Core.Metrics;

namespace NetMon.Agent.Api;

/// <summary><c>/metrics</c>: all families as Prometheus text or OpenMetrics, as Accept says; gzip where Accept-Encoding allows it.</summary>
internal sealed class MetricsEndpoint(MetricRegistry registry) : IDisposable
{
    /// <summary>Expositions at once; others wait.</summary>
    private const int MaxConcurrent = 4;

    private readonly SemaphoreSlim _turns = new(MaxConcurrent);

    public async Task HandleAsync(HttpContext context)
    {
        var format = ExpositionFormats.Negotiate(context.Request.Headers.Accept.ToString());
        var gzip = AcceptsGzip(context.Request.Headers.AcceptEncoding);
        var response = context.Response;
        response.ContentType = format.ContentType();
        response.Headers.Vary = "Accept, Accept-Encoding";
        if (gzip)
        {
            response.Headers.ContentEncoding = "gzip";
        }

        await _turns.WaitAsync(context.RequestAborted);
        try
        {
            var body = response.BodyWriter;
            if (gzip)
            {
                using var compressed = new GzipBufferWriter(body);
                registry.Write(compressed, format);
            }
            else
            {
                registry.Write(body, format);
            }

            await body.FlushAsync(context.RequestAborted);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

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
