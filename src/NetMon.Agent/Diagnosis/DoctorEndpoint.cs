using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NetMon.Agent.Api;
using NetMon.Core.Diagnosis;

namespace NetMon.Agent.Diagnosis;

/// <summary><c>/api/v1/doctor</c>: the checks that only the agent can make.</summary>
internal sealed class DoctorEndpoint(AgentDiagnosis diagnosis)
{
    public async Task HandleAsync(HttpContext context)
    {
        var findings = await diagnosis.RunAsync(context.RequestAborted);
        context.Response.ContentType = JsonError.ContentType;
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        FindingJson.Write(json, findings);
        await json.FlushAsync(context.RequestAborted);
    }
}
