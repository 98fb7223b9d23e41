using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer.Misbehaviour;
using NetMon.Lab.ApiServer.Resources;
using NetMon.Lab.ApiServer.Security;
using NetMon.Lab.ApiServer.Serving;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer;

/// <summary>A Kubernetes API server for tests: real HTTPS, real objects, and misbehaviour on demand.</summary>
/// <remarks>It can be killed and started again: address, authority, token and objects stay. Thread-safe.</remarks>
public sealed class KubeApiServer : IAsyncDisposable
{
    // Below those that the system gives to whoever asks for any: ip_local_port_range begins at 32,768.
    private const int FirstPort = 10_000;
    private const uint PortCount = 10_000;
    private static int _nextPort = Environment.ProcessId * 37;

    private readonly KubeApiServerOptions _options;
    private readonly TestAuthority _authority = new();
    private readonly Authentication _authentication;
    private readonly ObjectStore _store;
    private readonly ApiHandler _handler;
    private readonly X509Certificate2 _certificate;
    private readonly SemaphoreSlim _switching = new(1, 1);
    private readonly List<Socket> _held = [];
    private HttpsServer? _server;
    private HttpsServer? _stopping;
    private HttpsServer? _admin;

    private KubeApiServer(KubeApiServerOptions options)
    {
        _options = options;
        Faults = new Faults();
        Log = new RequestLog(options.Time);
        _authentication = new Authentication(_authority, options.Token);
        _store = new ObjectStore(options.HistoryPerResource, options.ManagedFields, options.Time);
        _handler = new ApiHandler(options, _store, Faults, _authentication, Log);
        _certificate = _authority.SignServer([
            .. options.Listen.Select(address => address.Address.ToString()),
            .. options.CertificateNames,
            "localhost",
            "127.0.0.1",
            "::1",
            "10.96.0.1",
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        ]);
    }

    /// <summary>What can be made to go wrong.</summary>
    public Faults Faults { get; }

    /// <summary>The last requests for objects.</summary>
    public RequestLog Log { get; }

    /// <summary>Where it serves HTTPS, with the ports that were chosen.</summary>
    public IReadOnlyList<IPEndPoint> Addresses { get; private set; } = [];

    /// <summary>The first of <see cref="Addresses"/>.</summary>
    public Uri Url => new($"https://{Addresses[0]}");

    /// <summary>Where it takes requests to misbehave; null if nowhere.</summary>
    public Uri? AdminUrl { get; private set; }

    /// <summary>The authority that signed its certificate, as PEM.</summary>
    public string CertificateAuthority => _authority.CertificatePem;

    /// <summary>The bearer token that is good now.</summary>
    public string Token => _authentication.Token;

    /// <summary>The resource version of the last change.</summary>
    public ulong ResourceVersion => _store.Version;

    /// <summary>Text of a kubeconfig with the token, for the first address.</summary>
    public string Kubeconfig => KubeconfigFor(Url);

    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<KubeApiServer> StartAsync(KubeApiServerOptions? options = null)
    {
        var server = new KubeApiServer(options ?? new KubeApiServerOptions());
        try
        {
            await server.ListenAsync(server.ChoosePorts());
            server.Addresses = server._server!.Addresses;
            if (server._options.Admin is { } admin)
            {
                var endpoint = new AdminEndpoint(server);
                server._admin = await HttpsServer.StartAsync([admin], null, null, endpoint.HandleAsync);
                server.AdminUrl = new Uri($"http://{server._admin.Addresses[0]}");
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public string KubeconfigFor(Uri url) =>
        KubeconfigText.Write(url, CertificateAuthority, $"token: {_authentication.Token}");

    /// <summary>Text of a kubeconfig with a client certificate in place of a token.</summary>
    public string KubeconfigOfUser(string user, params IEnumerable<string> groups)
    {
        var (certificate, key) = _authority.SignClient(user, groups);
        return KubeconfigText.Write(
            Url,
            CertificateAuthority,
            $"client-certificate-data: {KubeconfigText.Base64(certificate)}",
            $"client-key-data: {KubeconfigText.Base64(key)}"
        );
    }

    /// <summary>A certificate of that user, signed by the server's authority, and its key, as PEM.</summary>
    public (string CertificatePem, string KeyPem) SignClient(
        string user,
        params IEnumerable<string> groups
    ) => _authority.SignClient(user, groups);

    /// <summary>Creates the object, or replaces what has its name; another UID replaces by deletion and creation.</summary>
    /// <param name="item">With kind and apiVersion. It is not changed, nor kept.</param>
    /// <returns>The resource version it got.</returns>
    /// <exception cref="ArgumentException">Its kind is not one of <see cref="ResourceTable.All"/>.</exception>
    public ulong Apply(JsonObject item)
    {
        var (version, kind) = (item.Text("apiVersion"), item.Text("kind"));
        var type =
            ResourceTable.FindByKind(version, kind)
            ?? throw new ArgumentException($"the test API server keeps no {version} {kind}", nameof(item));
        return _store.Put(type, item).ResourceVersion;
    }

    /// <param name="resource">Plural, e.g. <c>pods</c>.</param>
    /// <param name="space">Namespace; empty where there is none.</param>
    /// <returns>Whether there was such an object.</returns>
    public bool Delete(string resource, string space, string name) =>
        _store.Delete(ResourceTable.Named(resource), space, name) is not null;

    /// <returns>A copy of the object; null if there is none.</returns>
    public JsonObject? Get(string resource, string space, string name)
    {
        var type = ResourceTable.Named(resource);
        return _store.Find(type, space, name) is { } item ? ObjectEndpoint.Parse(type, item) : null;
    }

    public int Count(string resource) => _store.Now(ResourceTable.Named(resource)).Objects.Count;

    /// <summary>Forgets all history: who watches from an older version has to list again.</summary>
    public void Compact() => _store.Compact();

    /// <summary>Goes back to an earlier version, as when a backup of etcd is restored. Best done while the server is down.</summary>
    public void Restore(ulong version) => _store.Restore(version);

    /// <summary>The token of before is refused from now on.</summary>
    /// <returns>The new one.</returns>
    public string RotateToken() => _authentication.Rotate();

    /// <summary>Ends as a killed process does: its ports are closed, connections are reset.</summary>
    public async Task KillAsync()
    {
        await _switching.WaitAsync();
        try
        {
            var runs = _server is not null;
            await DropAsync();
            if (runs && _options.BindListenSocket is null)
            {
                HoldPorts();
            }
        }
        finally
        {
            _switching.Release();
        }
    }

    /// <summary>Serves again, where it did before. Nothing if it runs.</summary>
    /// <param name="compacted">Its history is forgotten, as it is by a restart.</param>
    public async Task RestartAsync(bool compacted = true)
    {
        await _switching.WaitAsync();
        try
        {
            await DropAsync();
            if (compacted)
            {
                _store.Compact();
            }

            await ListenAsync(Addresses);
        }
        finally
        {
            _switching.Release();
        }
    }

    /// <summary>Shuts down gracefully: refuses connections, while open watches go on.</summary>
    /// <param name="patience">After this they are cut off (kube-apiserver: up to 60 s).</param>
    /// <returns>Completes when no watch is left.</returns>
    public async Task ShutDownAsync(TimeSpan patience)
    {
        await _switching.WaitAsync();
        try
        {
            (_stopping, _server) = (_server, null);
        }
        finally
        {
            _switching.Release();
        }

        if (_stopping is { } stopping)
        {
            await stopping.StopAsync(patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        if (_admin is not null)
        {
            await _admin.DisposeAsync();
        }

        await DropAsync();
        ReleasePorts();
        _certificate.Dispose();
        _authority.Dispose();
        _switching.Dispose();
    }

    private async Task ListenAsync(IReadOnlyList<IPEndPoint> addresses)
    {
        _server = await HttpsServer.StartAsync(
            addresses,
            _options.BindListenSocket,
            _certificate,
            _handler.HandleAsync
        );
        ReleasePorts();
    }

    // Where any port will do it is none that the system gives to whoever asks for any, be it for a connection: a server that was killed
    // would not get it back, or somebody else would answer there.
    private IPEndPoint[] ChoosePorts() =>
        [
            .. _options.Listen.Select(address =>
                address.Port == 0 && _options.BindListenSocket is null ? Choose(address.Address) : address
            ),
        ];

    private IPEndPoint Choose(IPAddress address)
    {
        while (true)
        {
            var number = (uint)Interlocked.Increment(ref _nextPort) % PortCount;
            var endpoint = new IPEndPoint(address, FirstPort + (int)number);
            try
            {
                // Others who look for one may not share it at this moment.
                using (var alone = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
                {
                    alone.Bind(endpoint);
                    alone.Listen();
                }

                Hold(endpoint);
                return endpoint;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next.
            }
        }
    }

    // Nobody else is given the ports of a server that will come back: a socket that is bound and does not listen refuses connections,
    // and whoever asks for the very port may share it.
    private void HoldPorts()
    {
        foreach (var address in Addresses)
        {
            Hold(address);
        }
    }

    private void Hold(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _held.Add(socket);
        socket.Bind(address);
    }

    private void ReleasePorts()
    {
        _held.ForEach(socket => socket.Dispose());
        _held.Clear();
    }

    private async Task DropAsync()
    {
        foreach (var server in new[] { _server, _stopping })
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }

        (_server, _stopping) = (null, null);
    }
}
