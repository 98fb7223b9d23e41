using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace NetMon.Configuration.Reloading;

/// <summary>Has the settings read anew when their file changes, and upon SIGHUP.</summary>
/// <remarks>
/// Changes are told by the kernel, of the directories that the file and the links to it are in: a ConfigMap's file changes by a rename of the
/// link <c>..data</c> beside it, editors rename, too. Where that fails (a network's file system, no inotify instance left), and for links farther
/// up, the file is looked at now and then.
/// </remarks>
internal sealed class ReloadLoop : IDisposable
{
    /// <summary>Writers write in pieces: the file is read when its directory was quiet for so long.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan LongestUnrest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(10);

    private readonly ConfiguredSettings _settings;
    private readonly ILogger _logger;
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _signal;
    private readonly DirectoryWatch _directories;
    private readonly Task _running;
    private int _signalled;

    public ReloadLoop(ConfiguredSettings settings, ILogger logger)
    {
        _settings = settings;
        _logger = logger;
        _directories = new DirectoryWatch(settings.File, () => _news.Writer.TryWrite(true), logger);
        _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        _running = Task.Run(RunAsync);
    }

    public void Dispose()
    {
        _signal.Dispose();
        _stop.Cancel();
        _running.Wait();
        _directories.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Volatile.Write(ref _signalled, 1);
        _news.Writer.TryWrite(true);
    }

    private async Task RunAsync()
    {
        _directories.Renew();
        Reload(ReloadReason.Poll); // what changed since it was read
        while (!_stop.IsCancellationRequested)
        {
            var told = await IsToldAsync(PollInterval);
            for (var unrest = Quiet; told && unrest < LongestUnrest; unrest += Quiet)
            {
                if (Volatile.Read(ref _signalled) != 0 || !await IsToldAsync(Quiet))
                {
                    break;
                }
            }

            if (_stop.IsCancellationRequested)
            {
                return;
            }

            Reload(
                Interlocked.Exchange(ref _signalled, 0) != 0 ? ReloadReason.Signal
                : told ? ReloadReason.Change
                : ReloadReason.Poll
            );
            _directories.Renew();
        }
    }

    private void Reload(ReloadReason reason)
    {
        try
        {
            if (_settings.File is not null || reason == ReloadReason.Signal)
            {
                _settings.Reload(reason);
            }
        }
#pragma warning disable CA1031 // One reload's fault must not stop the next.
        catch (Exception error)
#pragma warning restore CA1031
        {
            ReloadLog.Failed(_logger, error);
        }
    }

    private async Task<bool> IsToldAsync(TimeSpan within)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(within);
        try
        {
            return await _news.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
