using Microsoft.AspNetCore.Http;
using NetMon.Core.Flows;

namespace NetMon.Agent.Api;

/// <summary><c>/api/v1/flows</c>: the active flows, or with <c>follow=true</c> the records of flows as they come.</summary>
internal sealed class FlowsEndpoint(FlowList list, FlowStream stream)
{
    public Task HandleAsync(HttpContext context)
    {
        if (!FlowQuery.TryParse(Parameters(context.Request.Query), out var query, out var errors))
        {
            return JsonError.WriteAsync(context, StatusCodes.Status400BadRequest, string.Join("; ", errors));
        }

        return query.Follow ? stream.WriteAsync(context, query.Filter) : list.WriteAsync(context, query);
    }

    /// <summary>A request's parameters, one pair for each value.</summary>
    internal static IEnumerable<KeyValuePair<string, string?>> Parameters(IQueryCollection query)
    {
        foreach (var (key, values) in query)
        {
            foreach (var value in values)
            {
                yield return new(key, value);
            }
        }
    }
}
