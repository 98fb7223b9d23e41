using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using NetMon.Agent.Api;
using NetMon.Agent.Diagnosis.Profiling;

namespace NetMon.Agent.Diagnosis;

/// <summary><c>/debug/profile/cpu</c> and <c>/debug/profile/allocations</c>: what the runtime tells of this process for some seconds, as an EventPipe file (.nettrace).</summary>
internal sealed class ProfileEndpoint
{
    private const double Usual = 10;
    private const double Longest = 300;

    private int _busy;

    public Task CpuAsync(HttpContext context) => WriteAsync(context, "cpu", EventPipeProviders.Cpu);

    public Task AllocationsAsync(HttpContext context) =>
        WriteAsync(context, "allocations", EventPipeProviders.Allocations);

    private async Task WriteAsync(
        HttpContext context,
        string name,
        IReadOnlyList<EventPipeProvider> providers
    )
    {
        var text = context.Request.Query["seconds"].ToString();
        var seconds = Usual;
        if (
            text.Length > 0
            && !(
                double.TryParse(
                    text,
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out seconds
                ) && seconds is > 0 and <= Longest
            )
        )
        {
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status400BadRequest,
                $"seconds: '{text}' is not a number of seconds, at most {Longest:0}"
            );
            return;
        }

        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            await JsonError.WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                "a profile is being taken for somebody else; one at a time"
            );
            return;
        }

        try
        {
            using var session = await EventPipeSession.StartAsync(providers, context.RequestAborted);
            context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
            context.Response.ContentType = "application/octet-stream";
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"netmon-{name}.nettrace\"";
            await session.CopyAsync(
                context.Response.Body,
                TimeSpan.FromSeconds(seconds),
                context.RequestAborted
            );
        }
        catch (IOException error) when (!context.Response.HasStarted)
        {
            await JsonError.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, error.Message);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }
}
