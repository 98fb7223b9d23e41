using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Clusters;
using NetMon.Agent.Features;
using NetMon.Agent.Interfaces;
using NetMon.Agent.Settings;

namespace NetMon.Agent.Api;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: packets are being counted, and whose they are is known.</summary>
internal sealed class HealthEndpoints(
    Func<ObservedInterfaces> interfaces,
    Func<ClusterStanding> cluster,
    FeatureSet features,
    IAgentSettings settings,
    Func<bool> stopping
)
{
    /// <summary><c>ok</c> as plain text, always 200.</summary>
    public static Task HealthyAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.Body.WriteAsync("ok\n"u8.ToArray(), context.RequestAborted).AsTask();
    }

    /// <summary><c>{"ready":true,"interfaces":2,"reasons":[]}</c>: 503 while nothing is observed, and until the cluster was listed, or half a minute has passed. Reasons name what is not as it should be, also where that does not keep the agent from being ready.</summary>
    public async Task ReadyAsync(HttpContext context)
    {
        var observed = interfaces();
        var (ready, reasons) = Read(observed, cluster());
        var body = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteBoolean("ready"u8, ready);
            json.WriteNumber("interfaces"u8, observed.Attached.Count);
            json.WriteStartArray("reasons"u8);
            foreach (var reason in reasons)
            {
                json.WriteStringValue(reason);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        context.Response.StatusCode = ready
            ? StatusCodes.Status200OK
            : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = JsonError.ContentType;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    /// <summary>Whether the agent is ready, and what is not as it should be.</summary>
    public (bool Ready, IReadOnlyList<string> Reasons) Read(
        ObservedInterfaces observed,
        ClusterStanding standing
    ) =>
        (
            observed.Settled && !observed.Attached.IsEmpty && standing.IsReady && !stopping(),
            Reasons(observed, standing)
        );

    private List<string> Reasons(ObservedInterfaces observed, ClusterStanding standing)
    {
        var reasons = new List<string>();
        if (stopping())
        {
            reasons.Add("the agent is stopping");
        }

        if (!observed.Settled)
        {
            reasons.Add("the programs are being attached");
        }
        else if (observed.Attached.IsEmpty && observed.Failed.IsEmpty)
        {
            reasons.Add("there is no interface to observe");
        }

        foreach (var failure in observed.Failed.Values)
        {
            reasons.Add($"cannot observe {failure.Name}: {failure.Error} ({failure.Attempts} attempts)");
        }

        reasons.AddRange(standing.Troubles);
        foreach (var feature in features.All)
        {
            if (feature.Status == FeatureStatus.Degraded)
            {
                reasons.Add($"{feature.Name} is degraded: {feature.Reason}");
            }
        }

        reasons.AddRange(SettingsTroubles.Of(settings));
        return reasons;
    }
}
