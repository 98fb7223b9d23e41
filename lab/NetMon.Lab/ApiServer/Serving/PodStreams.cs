using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Requests;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Connects clients to ports of pods: by WebSocket, as kubelet does for pods/portforward, and by plain requests, as kube-apiserver does for pods/proxy.</summary>
internal sealed class PodStreams(Func<PodTarget, CancellationToken, Task<Stream>> dial)
{
    private const string Protocol = "v4.channel.k8s.io";
    private const byte Data = 0;
    private const byte Error = 1;
    private const int BufferLength = 32 * 1024;

    /// <summary>Each message's first byte is its channel; the first message of each channel is the port (k8s.io/kubelet/pkg/cri/streaming/portforward/websocket.go).</summary>
    public async Task ForwardAsync(HttpContext context, PodPath path)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw Refusal(400, "BadRequest", "Upgrade request required");
        }

        if (
            !context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol)
            || !ushort.TryParse(
                context.Request.Query["ports"],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var port
            )
        )
        {
            throw Refusal(400, "BadRequest", "unable to negotiate protocol");
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(Protocol);
        var stop = context.RequestAborted;
        byte[] number = [(byte)port, (byte)(port >> 8)];
        await SendAsync(socket, Data, number, stop);
        await SendAsync(socket, Error, number, stop);
        try
        {
            await using var pod = await dial(new PodTarget(path.Namespace, path.Name, port), stop);
            await PumpAsync(socket, pod, stop);
        }
        catch (IOException error)
        {
            var text = $"error forwarding port {port} to pod {path.Name}: {error.Message}";
            await SendAsync(socket, Error, Encoding.UTF8.GetBytes(text), stop);
        }

        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", stop);
        }
    }

    /// <summary>Hands a request on, without the client's credentials.</summary>
    public async Task ProxyAsync(HttpContext context, PodPath path)
    {
        var to = new PodTarget(path.Namespace, path.Name, path.Port);
        using var http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                ConnectCallback = async (_, stop) => await dial(to, stop),
            }
        );
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri($"http://{path.Name}:{path.Port}{path.Rest}{context.Request.QueryString}")
        );
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, context.RequestAborted);
        }
        catch (HttpRequestException error)
        {
            throw Refusal(
                503,
                "ServiceUnavailable",
                $"error trying to reach service: {error.GetBaseException().Message}"
            );
        }

        using (answer)
        {
            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            await using var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
            var buffer = new byte[BufferLength];
            int count;
            await context.Response.StartAsync(context.RequestAborted);
            while ((count = await body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, count), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
    }

    /// <summary>Until either end has said all.</summary>
    private static async Task PumpAsync(WebSocket socket, Stream pod, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var up = ToPodAsync(socket, pod, end.Token);
        var down = FromPodAsync(socket, pod, end.Token);
        await Task.WhenAny(up, down);
        await end.CancelAsync();
        await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task ToPodAsync(WebSocket socket, Stream pod, CancellationToken stop)
    {
        var buffer = new byte[BufferLength];
        var first = true;
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(), stop);
            if (read.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            if (first && read.Count > 0 && buffer[0] != Data)
            {
                throw new IOException($"a message of channel {buffer[0]}");
            }

            var start = first ? 1 : 0;
            if (read.Count > start)
            {
                await pod.WriteAsync(buffer.AsMemory(start, read.Count - start), stop);
            }

            first = read.EndOfMessage;
        }
    }

    private static async Task FromPodAsync(WebSocket socket, Stream pod, CancellationToken stop)
    {
        var buffer = new byte[BufferLength];
        int count;
        while ((count = await pod.ReadAsync(buffer, stop)) > 0)
        {
            await SendAsync(socket, Data, buffer.AsMemory(0, count), stop);
        }
    }

    private static async Task SendAsync(
        WebSocket socket,
        byte channel,
        ReadOnlyMemory<byte> bytes,
        CancellationToken stop
    )
    {
        byte[] message = [channel, .. bytes.Span];
        await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, stop);
    }

    private static FailureException Refusal(int code, string reason, string message) =>
        new(new Failure(code, reason, message));
}
