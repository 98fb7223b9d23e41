using Microsoft.Extensions.Logging;
using NetMon.Agent.Api;
using NetMon.Agent.Logging;
using NetMon.Agent.Tracing;

namespace NetMon.Agent.Diagnosis;

/// <summary>The addresses of the API that help when something is wrong.</summary>
internal static class DiagnosticRoutes
{
    public static IReadOnlyList<Route> Of(AgentDiagnosis diagnosis, AgentLogging logging, WallClock clock) =>
        [
            new("/api/v1/doctor", new DoctorEndpoint(diagnosis).HandleAsync),
            new("/api/v1/logs", new LogsEndpoint(logging.Recent).HandleAsync, RouteAccess.Admin),
            new(
                "/api/v1/debug/trace",
                new TraceEndpoint(
                    logging.Levels,
                    logging.Recent,
                    logging.Loggers.CreateLogger<TraceEndpoint>()
                ).HandleAsync,
                RouteAccess.Admin,
                "POST"
            ),
            new(
                "/api/v1/debug/packets",
                new PacketsEndpoint(clock).HandleAsync,
                RouteAccess.Admin,
                IsStream: true
            ),
        ];
}
