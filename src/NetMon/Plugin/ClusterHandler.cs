using System.Net.Security;
using NetMon.Client;
using NetMon.Kubernetes.Pods;

namespace NetMon.Plugin;

/// <summary>Sends a verb's requests to agents through the API server: to one as they are, to several where their answers can be joined.</summary>
/// <param name="directory">Where the agents are.</param>
/// <param name="say">Takes what a person should know: an agent that does not answer.</param>
internal sealed class ClusterHandler(AgentDirectory directory, Action<string> say) : HttpMessageHandler
{
    private readonly Dictionary<string, HttpMessageInvoker> _agents = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var pods = await directory.FindAsync(cancellationToken);
        if (pods.Count == 1)
        {
            try
            {
                return await SendAsync(pods[0], request, cancellationToken);
            }
            catch (Exception error) when (Reason(error) is { } reason)
            {
                throw AgentDirectory.Failure(reason);
            }
        }

        var path = request.RequestUri!.AbsolutePath;
        if (request.Method != HttpMethod.Get || JoinedAnswer.Find(path) is not { } joined)
        {
            var nodes = string.Join(", ", pods.Select(pod => pod.Node).Take(20));
            throw new AgentException(
                "this is asked of one agent, and there are several",
                $"give --node NAME: there are agents on {nodes}"
            );
        }

        return await joined.AskAsync(
            pods,
            request,
            (pod, one, stop) => SendAsync(pod, one, stop),
            say,
            cancellationToken
        );
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var agent in _agents.Values)
            {
                agent.Dispose();
            }

            directory.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The failure of the way to an agent among the causes of an error; null: it is something else.</summary>
    internal static PodAccessException? Reason(Exception error)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is PodAccessException found)
            {
                return found;
            }
        }

        return null;
    }

    private async Task<HttpResponseMessage> SendAsync(
        PodLocation pod,
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (directory.ByProxy)
        {
            return request.Method == HttpMethod.Get
                ? await directory.GetByProxyAsync(
                    pod,
                    request.RequestUri!.PathAndQuery.TrimStart('/'),
                    cancellationToken
                )
                : throw new AgentException(
                    "this changes the agent, and the API server's proxy is for questions",
                    "leave --via proxy out"
                );
        }

        using var copy = new HttpRequestMessage(request.Method, request.RequestUri)
        {
            Content = request.Content,
        };
        foreach (var (name, values) in request.Headers)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        return await Agent(pod).SendAsync(copy, cancellationToken);
    }

    private HttpMessageInvoker Agent(PodLocation pod)
    {
        lock (_gate)
        {
            if (!_agents.TryGetValue(pod.Name, out var agent))
            {
                agent = new HttpMessageInvoker(
                    new SocketsHttpHandler
                    {
                        UseProxy = false,
                        AllowAutoRedirect = false,
                        ConnectCallback = (_, stop) => ConnectAsync(pod, stop),
                    }
                );
                _agents.Add(pod.Name, agent);
            }

            return agent;
        }
    }

    // The API server and the kubelet answer for who is at the end of a port-forward, and no name in a certificate is
    // the pod's: TLS within it adds nothing, and goes without a look at the certificate. No credential is sent.
    private async ValueTask<Stream> ConnectAsync(PodLocation pod, CancellationToken cancellationToken)
    {
        var stream = await directory.ConnectAsync(pod, cancellationToken);
        if (!pod.IsTls)
        {
            return stream;
        }

        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "localhost",
#pragma warning disable CA5359 // As said above: the tunnel knows its end already.
                    RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
                },
                cancellationToken
            );
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }
}
