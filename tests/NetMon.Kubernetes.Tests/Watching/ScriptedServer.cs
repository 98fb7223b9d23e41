using System.IO.Compression;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Tests.Watching;

/// <summary>A real HTTPS server, whose answers the test gives itself, request by request.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Channel<ScriptedRequest> _requests = Channel.CreateUnbounded<ScriptedRequest>();
    private readonly WebApplication _app;
    private readonly TestAuthority _authority = new();
    private X509Certificate2 _certificate;

    private ScriptedServer(HttpProtocols protocols, bool asksForCertificate, string[] names)
    {
        _certificate = _authority.SignServer(names);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(
                IPAddress.Loopback,
                0,
                listen =>
                {
                    listen.Protocols = protocols;
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificateSelector = (_, name) =>
                        {
                            LastServerName = name;
                            return _certificate;
                        };
                        https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                        https.ClientCertificateMode = asksForCertificate
                            ? ClientCertificateMode.AllowCertificate
                            : ClientCertificateMode.NoCertificate;
                        https.AllowAnyClientCertificate();
                    });
                }
            );
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public Uri Url => new(Addresses.Single() + "/");

    public string AuthorityPem => _authority.Pem;

    /// <summary>The name that the client asked for in TLS (SNI), the last time.</summary>
    public string? LastServerName { get; private set; }

    /// <summary>How many requests came so far.</summary>
    public int Count { get; private set; }

    private ICollection<string> Addresses =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    public static async Task<ScriptedServer> StartAsync(
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2,
        bool asksForCertificate = false,
        params string[] names
    )
    {
        var server = new ScriptedServer(
            protocols,
            asksForCertificate,
            names.Length > 0 ? names : ["127.0.0.1"]
        );
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Shows another certificate from now on.</summary>
    public void Show(X509Certificate2 certificate) => _certificate = certificate;

    public ClusterConfiguration Configuration(IAuthorizationSource? authorization = null)
    {
        var trust = new ServerTrust(new PemSource("the test's authority", AuthorityPem), isInsecure: false);
        trust.Load();
        return new ClusterConfiguration("test", Url, trust)
        {
            Authorization = authorization ?? FixedAuthorization.OfToken("good"),
        };
    }

    /// <summary>The next request, which the test answers.</summary>
    public Task<ScriptedRequest> NextAsync() =>
        _requests.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    /// <summary>Ends when there is a next request, which stays the next one.</summary>
    public Task WaitAsync() => _requests.Reader.WaitToReadAsync().AsTask().WaitAsync(Patience.Limit);

    public async ValueTask DisposeAsync()
    {
        while (_requests.Reader.TryRead(out var request))
        {
            request.Kill();
        }

        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _authority.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        Count++;
        var request = new ScriptedRequest(context);
        await _requests.Writer.WriteAsync(request);
        await request.OverAsync();
    }
}

/// <summary>A request, and the pen for its answer.</summary>
internal sealed class ScriptedRequest(HttpContext context)
{
    private readonly TaskCompletionSource _done = new();
    private readonly Dictionary<string, StringValues> _query = context.Request.Query.ToDictionary();
    private bool _isOver;

    public string Path { get; } = context.Request.Path.Value!;

    public string Protocol { get; } = context.Request.Protocol;

    public IHeaderDictionary Headers { get; } =
        new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));

    public X509Certificate2? ClientCertificate { get; } = context.Connection.ClientCertificate;

    public bool IsWatch => Query("watch") == "true";

    public bool IsStreaming => Query("sendInitialEvents") == "true";

    public string? Query(string name) => _query.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>Answers a whole body.</summary>
    public async Task AnswerAsync(int code, string json, bool gzip = false, params (string, string)[] headers)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        var bytes = Encoding.UTF8.GetBytes(json);
        if (gzip)
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new GZipStream(
                context.Response.Body,
                CompressionLevel.Fastest,
                leaveOpen: true
            );
            await zip.WriteAsync(bytes);
        }
        else
        {
            await context.Response.Body.WriteAsync(bytes);
        }

        End();
    }

    /// <summary>Begins an answer of 200 that goes on.</summary>
    public async Task<ScriptedRequest> BeginAsync()
    {
        context.Response.ContentType = "application/json";
        await context.Response.Body.FlushAsync();
        return this;
    }

    public async Task SendAsync(string text)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
        await context.Response.Body.FlushAsync();
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await context.Response.Body.WriteAsync(bytes);
        await context.Response.Body.FlushAsync();
    }

    /// <summary>Ends the answer in good order.</summary>
    public void End() => _done.TrySetResult();

    /// <summary>Ends with the answer, or when the client is gone.</summary>
    public async Task OverAsync()
    {
        await _done
            .Task.WaitAsync(context.RequestAborted)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_done)
        {
            _isOver = true;
        }
    }

    /// <summary>Ends it as a process that is killed does: with no final chunk.</summary>
    public void Kill()
    {
        lock (_done)
        {
            if (!_isOver)
            {
                context.Abort();
            }
        }

        _done.TrySetResult();
    }
}
