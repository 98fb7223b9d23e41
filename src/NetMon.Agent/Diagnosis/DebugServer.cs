using Microsoft.Extensions.Logging;
using NetMon.Agent.Api;
using NetMon.Agent.Logging;
using NetMon.Agent.Options;

namespace NetMon.Agent.Diagnosis;

/// <summary>What a developer looks at, at an address of its own: <c>/debug/flows</c>, <c>/debug/config</c>, <c>/debug/stats</c> and profiles.</summary>
internal static class DebugServer
{
    private static readonly (string Path, string Alias)[] Aliases =
    [
        ("/api/v1/flows", "/debug/flows"),
        ("/api/v1/config", "/debug/config"),
        ("/api/v1/stats", "/debug/stats"),
        ("/api/v1/doctor", "/debug/doctor"),
    ];

    /// <returns>Null if there is to be none.</returns>
    /// <exception cref="StartException">Its address is not of this machine alone, or cannot be listened on.</exception>
    public static async Task<ApiServer?> StartAsync(
        ApiOptions options,
        ApiGuard guard,
        RouteTable routes,
        ILoggerFactory loggers
    )
    {
        if (options.DebugListen is not { } listen)
        {
            return null;
        }

        if (OptionRules.CheckDebug(options).FirstOrDefault() is { } problem)
        {
            throw new StartException(problem.ToString());
        }

        var profiles = new ProfileEndpoint();
        var server = await ApiServer.StartAsync(
            listen,
            "",
            guard,
            routes.Alias(
                Aliases,
                new("/debug/profile/cpu", profiles.CpuAsync),
                new("/debug/profile/allocations", profiles.AllocationsAsync)
            ),
            loggers
        );
        AgentLog.DebugServing(loggers.CreateLogger<ProfileEndpoint>(), server.Address);
        return server;
    }
}
