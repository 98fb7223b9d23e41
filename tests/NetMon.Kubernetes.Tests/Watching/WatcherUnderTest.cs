using Microsoft.AspNetCore.Server.Kestrel.Core;
using NetMon.Kubernetes.Client;
using NetMon.Kubernetes.Objects;
using NetMon.Kubernetes.Watching;

namespace NetMon.Kubernetes.Tests.Watching;

/// <summary>A watcher of namespaces, the server that it asks and the sink that it feeds. The clock stands still unless a test moves it.</summary>
internal sealed class WatcherUnderTest : IAsyncDisposable
{
    // Far beyond the waits between attempts, so that moving the clock over those ends no request.
    private static readonly ApiPatience Endless = new()
    {
        Answer = TimeSpan.FromHours(1),
        List = TimeSpan.FromHours(2),
    };

    private readonly CancellationTokenSource _stop = new();
    private readonly ApiClient _client;
    private readonly ResourceWatcher<NamespaceObject> _watcher;
    private readonly Task _loop;

    private WatcherUnderTest(
        ScriptedServer server,
        ClusterConfiguration configuration,
        ClusterWatchOptions options,
        ManualTime time
    )
    {
        Server = server;
        Time = time;
        _client = new ApiClient(configuration, options.Patience, Time);
        _watcher = new ResourceWatcher<NamespaceObject>(
            _client,
            WatchedResources.Namespaces,
            Sink,
            options,
            Time,
            Log
        );
        _loop = Task.Run(() => _watcher.RunAsync(_stop.Token));
    }

    public ScriptedServer Server { get; }

    public ManualTime Time { get; }

    public TestLog Log { get; } = new();

    public RecordingSink<NamespaceObject> Sink { get; } = new(item => item.Id);

    public WatchSnapshot Status => _watcher.Status.Snapshot();

    public static async Task<WatcherUnderTest> StartAsync(
        ApiPatience? patience = null,
        HttpProtocols protocols = HttpProtocols.Http1AndHttp2,
        Func<ManualTime, IAuthorizationSource>? authorization = null
    )
    {
        var server = await ScriptedServer.StartAsync(protocols);
        var options = new ClusterWatchOptions
        {
            // A connection's time is real, whatever the clock says.
            Patience = (patience ?? Endless) with
            {
                Connect = Patience.Limit,
            },
            Random = new Random(7),
        };
        var time = new ManualTime();
        return new WatcherUnderTest(server, server.Configuration(authorization?.Invoke(time)), options, time);
    }

    /// <summary>The next request, once the clock was moved over the wait before it.</summary>
    public async Task<(ScriptedRequest Request, TimeSpan Waited)> NextAsync()
    {
        var next = Server.NextAsync();
        var waited = await Patience.AdvanceUntilAsync(Time, next);
        return (await next, waited);
    }

    /// <summary>Brings the watcher to where it watches from version 10, knowing a and b.</summary>
    public async Task<ScriptedRequest> SyncAsync()
    {
        var watch = await (await Server.NextAsync()).BeginAsync();
        await watch.SendAsync(Frames.Added("a", 3) + Frames.Added("b", 7) + Frames.InitialEventsEnd(10));
        await UntilKnownAsync("a b");
        await Patience.UntilAsync(() => Status.IsWatching, "watching");
        return watch;
    }

    public Task UntilKnownAsync(string names) =>
        Patience.UntilAsync(() => Sink.Known == names, $"{names} known, not {Sink.Known}: {Sink.Calls}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _client.Dispose();
        await Server.DisposeAsync();
        _stop.Dispose();
    }
}
