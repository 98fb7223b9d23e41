using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Api;
using NetMon.Bpf;

namespace NetMon.Agent.Status;

/// <summary><c>/api/v1/stats</c>: the agent's own figures, by subject.</summary>
internal sealed class StatsEndpoint(AgentReport report) : IDisposable
{
    private const double LongestMeasurement = 10;

    private static readonly string[] Subjects = ["flows", "bpf", "kubernetes", "memory"];
    private static readonly TimeSpan Measurement = TimeSpan.FromSeconds(1);

    private readonly BpfStats _bpf = new();

    public Task HandleAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var asked = query["about"].ToArray();
        var wrong = Array.Find(asked, word => Array.IndexOf(Subjects, word) < 0);
        if (wrong is not null || !TryReadTime(query["measure"].ToString(), out var time))
        {
            return JsonError.WriteAsync(
                context,
                StatusCodes.Status400BadRequest,
                wrong is not null
                    ? $"about: '{wrong}' is not one of {string.Join(", ", Subjects)}"
                    : $"measure: '{query["measure"]}' is not a number of seconds from 0 to {LongestMeasurement}"
            );
        }

        return AnswerAsync(context, asked.Length == 0 ? Subjects : asked, time);
    }

    public void Dispose() => _bpf.Dispose();

    private async Task AnswerAsync(HttpContext context, string?[] asked, TimeSpan time)
    {
        var bpf = Array.IndexOf(asked, "bpf") >= 0 ? await ReadBpfAsync(time, context.RequestAborted) : null;
        await JsonAnswer.SendAsync(
            context,
            json =>
            {
                json.WriteString("time", report.Time.GetUtcNow());
                foreach (var subject in Subjects)
                {
                    if (Array.IndexOf(asked, subject) >= 0)
                    {
                        json.Object(subject, () => Write(json, subject, bpf));
                    }
                }
            }
        );
    }

    private void Write(Utf8JsonWriter json, string subject, Action<Utf8JsonWriter>? bpf)
    {
        switch (subject)
        {
            case "flows":
                FlowStats.Write(json, report);
                break;
            case "kubernetes":
                KubernetesStats.Write(json, report.Cluster(), report.Time);
                break;
            case "memory":
                MemoryStats.Write(json, report);
                break;
            default:
                bpf?.Invoke(json);
                break;
        }
    }

    private async Task<Action<Utf8JsonWriter>> ReadBpfAsync(
        TimeSpan time,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await _bpf.ReadAsync(time, report, cancellationToken);
        }
        catch (BpfException error)
        {
            return json => json.WriteString("error", error.Message.Split('\n')[0]);
        }
    }

    private static bool TryReadTime(string text, out TimeSpan time)
    {
        time = Measurement;
        if (text.Length == 0)
        {
            return true;
        }

        if (
            !double.TryParse(
                text,
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var seconds
            ) || !(seconds >= 0 && seconds <= LongestMeasurement)
        )
        {
            return false;
        }

        time = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
