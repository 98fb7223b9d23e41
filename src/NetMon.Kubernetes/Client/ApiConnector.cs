using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace NetMon.Kubernetes.Client;

/// <summary>Makes the connections to the API server: TCP with keep-alive, TLS with the cluster's own authority.</summary>
/// <param name="configuration">Where, and as whom.</param>
/// <param name="patience">How long a connection may take.</param>
/// <param name="onlyHttp1">Offer no HTTP/2: for connections that become something else (WebSocket).</param>
internal sealed class ApiConnector(
    ClusterConfiguration configuration,
    ApiPatience patience,
    bool onlyHttp1 = false
)
{
    // Requests move to a new connection from time to time: to another server behind a load balancer, with a client
    // certificate that was renewed. What is under way stays.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(15);

    private string Host => configuration.TlsServerName ?? configuration.Server.IdnHost.Trim('[', ']');

    public SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler
        {
            Proxy = configuration.Proxy,
            UseProxy = configuration.Proxy is not null,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = patience.Connect,
            PooledConnectionLifetime = Lifetime,
            // A silent watch and a server that vanished look alike: pings tell them apart.
            KeepAlivePingDelay = PingAfter,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (configuration.Proxy is null)
        {
            handler.ConnectCallback = ConnectAsync;
        }
        else
        {
            // TLS is within the proxy's tunnel, which the handler makes.
            handler.SslOptions = CreateOptions(null);
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => SelectCertificate()!;
        }

        return handler;
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellation
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            // For servers without HTTP/2, which cannot be pinged.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (configuration.Server.Scheme == "http")
            {
                return stream;
            }

            var certificate = configuration.Certificate is { } source
                ? await source.CertificateAsync(cancellation)
                : null;
            var secure = new SslStream(stream, leaveInnerStreamOpen: false);
            stream = secure;
            await secure.AuthenticateAsClientAsync(CreateOptions(certificate), cancellation);
            return secure;
        }
        catch
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            socket.Dispose();
            throw;
        }
    }

    private SslClientAuthenticationOptions CreateOptions(SslStreamCertificateContext? certificate) =>
        new()
        {
            TargetHost = Host,
            ClientCertificateContext = certificate,
            ApplicationProtocols = onlyHttp1
                ? [SslApplicationProtocol.Http11]
                : [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            // Go's clients and servers offer no older ones either.
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = new X509ChainPolicy
            {
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
            RemoteCertificateValidationCallback = (_, shown, chain, _) =>
                configuration.Trust.Check(shown as X509Certificate2, chain, Host) is { } wrong
                    ? throw new ApiException(ErrorReasons.Tls, wrong)
                    : true,
        };

    private X509Certificate2? SelectCertificate()
    {
        if (configuration.Certificate is not { } source)
        {
            return null;
        }

        // Only a plugin takes time, and then the connection has to wait for it.
        var asked = source.CertificateAsync(CancellationToken.None).AsTask();
        return asked.GetAwaiter().GetResult()?.TargetCertificate;
    }
}
