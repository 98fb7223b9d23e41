using Microsoft.Extensions.Logging;
using NetMon.Agent.Api;
using NetMon.Agent.Logging;
using NetMon.Agent.Tracing;

namespace NetMon.Agent.Diagnosis;

/// <summary>The addresses of the API that help when something is wrong.</summary>
internal static class DiagnosticRoutes
{
    /// <param name="diagnosis">The checks.</param>
    /// <param name="logging">The log.</param>
    /// <param name="names">Names of the cluster that are known.</param>
    /// <param name="clock">For packets.</param>
    public static IReadOnlyList<Route> Of(
        AgentDiagnosis diagnosis,
        AgentLogging logging,
        Func<IReadOnlySet<string>> names,
        WallClock clock
    ) =>
        [
            new("/api/v1/doctor", new DoctorEndpoint(diagnosis).HandleAsync),
            new("/api/v1/logs", new LogsEndpoint(logging.Recent, names).HandleAsync, RouteAccess.Admin),
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
