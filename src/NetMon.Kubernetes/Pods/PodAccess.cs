using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Pods;

/// <summary>Reaches pods through the API server, with nothing but what a kubeconfig gives. Any thread.</summary>
/// <remarks>
/// By port-forward (pods/portforward): a connection to a port within the pod's network namespace, its loopback included. Or by the API server's
/// proxy (pods/proxy): plain requests to the pod's address.
/// </remarks>
public sealed class PodAccess : IDisposable
{
    private static readonly TimeSpan ListPatience = TimeSpan.FromSeconds(30);

    private readonly ClusterConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly ApiClient _api;
    private readonly HttpMessageInvoker _http;

    /// <param name="configuration">Which cluster, and as whom.</param>
    /// <param name="time">The clock.</param>
    public PodAccess(ClusterConfiguration configuration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var patience = new ApiPatience();
        _configuration = configuration;
        _time = time;
        _api = new ApiClient(configuration, patience, time);
        _http = new HttpMessageInvoker(
            new ApiConnector(configuration, patience, onlyHttp1: true).CreateHandler()
        );
    }

    /// <summary>Pods that run.</summary>
    /// <param name="space">Their namespace; null: any.</param>
    /// <param name="selector">Their labels.</param>
    /// <param name="component">What they are of it, by <c>app.kubernetes.io/component</c>.</param>
    /// <param name="port">The port of those that do not name one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PodAccessException">The API server cannot be asked, or refuses.</exception>
    public async Task<IReadOnlyList<PodLocation>> ListAsync(
        string? space,
        string selector,
        string component,
        int port,
        CancellationToken cancellationToken
    )
    {
        var scope = space is null ? "" : $"namespaces/{Uri.EscapeDataString(space)}/";
        var path = $"api/v1/{scope}pods?labelSelector={Uri.EscapeDataString(selector)}";
        using var timer = new RequestTimer(_time, ListPatience, cancellationToken);
        try
        {
            using var answer = await _api.GetAsync(
                new ApiRequest(path, "application/json", IsCompressed: true),
                timer,
                _ => { }
            );
            using var list = await JsonDocument.ParseAsync(answer.Body, cancellationToken: timer.Token);
            return PodReading.Read(list.RootElement, port, component);
        }
        catch (Exception error)
            when (!cancellationToken.IsCancellationRequested
                && (error is JsonException || ApiException.IsExpected(error))
            )
        {
            throw Failure($"the API server at {_configuration.Server}", error);
        }
    }

    /// <summary>A connection to a port of a pod.</summary>
    /// <exception cref="PodAccessException">The API server cannot be asked, or refuses.</exception>
    public async Task<Stream> ForwardAsync(PodLocation pod, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(PortForwardStream.Protocol);
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.HttpVersion = HttpVersion.Version11;
            foreach (var (name, value) in await HeadersAsync(cancellationToken))
            {
                socket.Options.SetRequestHeader(name, value);
            }

            var address = new UriBuilder(
                new Uri(_configuration.Server, $"{Path(pod)}/portforward?ports={pod.Port}")
            );
            address.Scheme = address.Scheme == "https" ? "wss" : "ws";
            await socket.ConnectAsync(address.Uri, _http, cancellationToken);
            return new PortForwardStream(socket, pod.ToString());
        }
        catch (Exception error)
            when (!cancellationToken.IsCancellationRequested
                && (error is WebSocketException || ApiException.IsExpected(error))
            )
        {
            var code = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw code is 0 or 101
                ? Failure($"no port-forward to {pod}", error)
                : new PodAccessException(
                    $"the API server answered {code} to a port-forward to {pod}",
                    code,
                    error
                );
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Hands a request to the pod by the API server's proxy.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="pathAndQuery">Of the pod's API, without a slash before it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The answer, whoever gave it; its body is still to come.</returns>
    /// <exception cref="PodAccessException">The API server cannot be asked.</exception>
    public async Task<HttpResponseMessage> GetByProxyAsync(
        PodLocation pod,
        string pathAndQuery,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(pod);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(
                _configuration.Server,
                $"{Path(pod, pod.IsTls ? "https:" : "")}:{pod.Port}/proxy/{pathAndQuery}"
            )
        );
        try
        {
            foreach (var (name, value) in await HeadersAsync(cancellationToken))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            return await _http.SendAsync(request, cancellationToken);
        }
        catch (Exception error)
            when (!cancellationToken.IsCancellationRequested && ApiException.IsExpected(error))
        {
            throw Failure($"no request to {pod}", error);
        }
    }

    public void Dispose()
    {
        _api.Dispose();
        _http.Dispose();
    }

    private static string Path(PodLocation pod, string scheme = "") =>
        $"api/v1/namespaces/{Uri.EscapeDataString(pod.Namespace)}/pods/{scheme}{Uri.EscapeDataString(pod.Name)}";

    private async Task<IEnumerable<KeyValuePair<string, string>>> HeadersAsync(
        CancellationToken cancellationToken
    )
    {
        var authorization = await _configuration.Authorization.AuthorizationAsync(cancellationToken);
        IEnumerable<KeyValuePair<string, string>> own =
        [
            new("User-Agent", ApiClient.UserAgent),
            .. _configuration.Headers,
        ];
        return authorization is null ? own : own.Append(new("Authorization", authorization));
    }

    private static PodAccessException Failure(string what, Exception error) =>
        new(
            $"{what}: {error.GetBaseException().Message.ReplaceLineEndings(" ")}",
            (error as ApiException)?.Code ?? 0,
            error
        );
}
