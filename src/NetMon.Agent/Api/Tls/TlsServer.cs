using System.ComponentModel;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Api.Access;
using NetMon.Agent.Api.Limits;
using NetMon.Agent.Logging;
using NetMon.Agent.Options;

namespace NetMon.Agent.Api.Tls;

/// <summary>Makes connections TLS. Each handshake takes the files as they are by then; connections that exist stay as they are.</summary>
/// <remarks>The server's own TLS wants the host's container of services, which there is none of here.</remarks>
internal sealed class TlsServer
{
    private readonly WatchedFile<ServerCertificate> _certificate;
    private readonly WatchedFile<ClientAuthority>? _clients;
    private readonly TimeSpan _patience;
    private readonly Refusals _refusals;

    private TlsServer(ApiOptions options, Refusals refusals, ILogger logger, TimeProvider time)
    {
        var tls = options.Tls;
        _patience = options.Limits.RequestTimeout;
        _refusals = refusals;
        _certificate = new WatchedFile<ServerCertificate>(
            [tls.Certificate, tls.Key],
            texts => ServerCertificate.Load(texts[0], texts[1]),
            problem => AgentLog.AccessFileFailed(logger, problem),
            time
        );
        if (tls.ClientCa.Length > 0)
        {
            _clients = new WatchedFile<ClientAuthority>(
                [tls.ClientCa],
                texts => ClientAuthority.Load(texts[0]),
                problem => AgentLog.AccessFileFailed(logger, problem),
                time
            );
        }
    }

    /// <summary>When the certificate expires that is shown now.</summary>
    public DateTimeOffset Expiry => _certificate.Current.Expiry;

    /// <returns>Null where no certificate is configured.</returns>
    /// <exception cref="StartException">A file is wrong.</exception>
    public static TlsServer? Create(
        ApiOptions options,
        Refusals refusals,
        ILogger logger,
        TimeProvider time
    ) => options.Tls.Certificate.Length > 0 ? new TlsServer(options, refusals, logger, time) : null;

    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var wire = connection.Transport;
        await using var stream = new DuplexStream(wire);
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        if (await ShakeHandsAsync(tls, connection) is not { } peer)
        {
            return;
        }

        connection.Features.Set(peer);
        connection.Features.Set<ITlsConnectionFeature>(new TlsConnection(peer.Certificate));
        var secured = new Pipes(tls);
        connection.Transport = secured;
        try
        {
            await next(connection);
        }
        finally
        {
            await secured.Input.CompleteAsync();
            await secured.Output.CompleteAsync();
            connection.Transport = wire;
        }
    }

    private async Task<TlsPeer?> ShakeHandsAsync(SslStream tls, ConnectionContext connection)
    {
        string? problem = null;
        X509Certificate2? shown = null;
        var clients = _clients?.Current;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificate.Current.Context,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            AllowRenegotiation = false,
            // A session that is taken up again would keep a certificate whose authority is gone.
            AllowTlsResume = clients is null,
            ClientCertificateRequired = clients is not null,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = new X509ChainPolicy
            {
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
            // What is wrong with a certificate is answered as 401 in words, which a broken handshake has none for.
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                shown = certificate as X509Certificate2;
                problem = shown is null ? null : clients?.Check(shown, chain);
                return shown is null || clients is not null;
            },
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        limit.CancelAfter(_patience);
        try
        {
            await tls.AuthenticateAsServerAsync(options, limit.Token);
            return new TlsPeer(shown, problem);
        }
        catch (Exception error)
            when (error
                    is AuthenticationException
                        or IOException
                        or OperationCanceledException
                        or Win32Exception
                        or ObjectDisposedException
            )
        {
            _refusals.Count(RefusalReasons.Handshake);
            return null;
        }
    }

    private sealed class Pipes(SslStream tls) : IDuplexPipe
    {
        public PipeReader Input { get; } =
            PipeReader.Create(tls, new StreamPipeReaderOptions(leaveOpen: true));

        public PipeWriter Output { get; } =
            PipeWriter.Create(tls, new StreamPipeWriterOptions(leaveOpen: true));
    }
}
