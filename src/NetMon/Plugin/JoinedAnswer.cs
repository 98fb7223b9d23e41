using System.Net;
using System.Web;
using NetMon.Client;
using NetMon.Kubernetes.Pods;

namespace NetMon.Plugin;

/// <summary>Sends a request to one agent.</summary>
internal delegate Task<HttpResponseMessage> AgentSender(
    PodLocation pod,
    HttpRequestMessage request,
    CancellationToken cancellationToken
);

/// <summary>What several agents answer to one question, as one answer of the same shape: each item has the member <c>agent</c>, its node's name.</summary>
internal abstract class JoinedAnswer
{
    /// <summary>Agents that are asked at a time.</summary>
    private const int Parallel = 32;

    private static readonly Dictionary<string, JoinedAnswer> ByPath = new(StringComparer.Ordinal)
    {
        ["/api/v1/flows"] = new JoinedList("flows", FlowOrder.Of),
        ["/api/v1/drops"] = new JoinedList("drops", _ => ItemOrder.ByTime("time")),
        ["/api/v1/events"] = new JoinedList("events", _ => ItemOrder.ByTime("last")),
        ["/api/v1/status"] = new JoinedStatus(),
    };

    /// <returns>Null for what cannot be joined.</returns>
    public static JoinedAnswer? Find(string path) => ByPath.GetValueOrDefault(path);

    /// <exception cref="AgentException">No agent answered.</exception>
    public async Task<HttpResponseMessage> AskAsync(
        IReadOnlyList<PodLocation> pods,
        HttpRequestMessage request,
        AgentSender send,
        Action<string> say,
        CancellationToken cancellationToken
    )
    {
        var query = HttpUtility.ParseQueryString(request.RequestUri!.Query);
        var (answers, failures) = await SendAllAsync(pods, request, send, cancellationToken);
        if (answers.Count == 0)
        {
            throw failures[0].Error;
        }

        // One that refuses the question tells what is wrong with it, and so would all others.
        if (
            answers.FirstOrDefault(answer => answer.Response.StatusCode == HttpStatusCode.BadRequest) is
            { Response: { } refusal }
        )
        {
            return refusal;
        }

        foreach (var (pod, error) in failures)
        {
            say($"{pod.Node}: {error.Message}");
        }

        return await JoinAsync(answers, failures, query, say, cancellationToken);
    }

    /// <summary>Makes one answer of several.</summary>
    protected abstract Task<HttpResponseMessage> JoinAsync(
        IReadOnlyList<(PodLocation Pod, HttpResponseMessage Response)> answers,
        IReadOnlyList<(PodLocation Pod, AgentException Error)> failures,
        System.Collections.Specialized.NameValueCollection query,
        Action<string> say,
        CancellationToken cancellationToken
    );

    private static async Task<(
        List<(PodLocation Pod, HttpResponseMessage Response)> Answers,
        List<(PodLocation Pod, AgentException Error)> Failures
    )> SendAllAsync(
        IReadOnlyList<PodLocation> pods,
        HttpRequestMessage request,
        AgentSender send,
        CancellationToken cancellationToken
    )
    {
        var answers = new (PodLocation, HttpResponseMessage)?[pods.Count];
        var failures = new (PodLocation, AgentException)?[pods.Count];
        await System.Threading.Tasks.Parallel.ForAsync(
            0,
            pods.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (i, stop) =>
            {
                try
                {
                    answers[i] = (pods[i], await send(pods[i], request, stop));
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    failures[i] = (pods[i], Failure(error));
                }
            }
        );
        return (
            [.. answers.OfType<(PodLocation, HttpResponseMessage)>()],
            [.. failures.OfType<(PodLocation, AgentException)>()]
        );
    }

    private static AgentException Failure(Exception error) =>
        error as AgentException
        ?? (
            ClusterHandler.Reason(error) is { } reason
                ? AgentDirectory.Failure(reason)
                : new AgentException(
                    error.GetBaseException().Message,
                    "see the agent's log: kubectl logs",
                    error
                )
        );
}
