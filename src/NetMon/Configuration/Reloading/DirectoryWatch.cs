using Microsoft.Extensions.Logging;

namespace NetMon.Configuration.Reloading;

/// <summary>Tells that something changed in one of the directories that a file, and the links that lead to it, are in.</summary>
internal sealed class DirectoryWatch(string? file, Action changed, ILogger logger) : IDisposable
{
    private const int MaxLinks = 16;

    private readonly Dictionary<string, FileSystemWatcher> _watchers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);

    /// <summary>Looks where links lead now; watches there, and nowhere else.</summary>
    public void Renew()
    {
        var wanted = Directories().ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _watchers.Keys.Where(directory => !wanted.Contains(directory)).ToArray())
        {
            _watchers.Remove(gone, out var watcher);
            watcher!.Dispose();
        }

        foreach (var directory in wanted)
        {
            if (!_watchers.ContainsKey(directory))
            {
                Watch(directory);
            }
        }
    }

    public void Dispose()
    {
        foreach (var watcher in _watchers.Values)
        {
            watcher.Dispose();
        }

        _watchers.Clear();
    }

    private void Watch(string directory)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(directory);
            watcher.Changed += (_, _) => changed();
            watcher.Created += (_, _) => changed();
            watcher.Renamed += (_, _) => changed();
            watcher.Deleted += (_, _) => changed();
            watcher.Error += (_, _) => changed();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(directory, watcher);
            _failed.Remove(directory);
            changed(); // what came about before it was watched
        }
        catch (Exception error)
            when (error is IOException or ArgumentException or UnauthorizedAccessException)
        {
            watcher?.Dispose();
            if (_failed.Add(directory))
            {
                ReloadLog.WatchFailed(logger, directory, error.Message);
            }
        }
    }

    private IEnumerable<string> Directories()
    {
        var path = file is null ? null : Path.GetFullPath(file);
        for (var links = 0; path is not null && links < MaxLinks; links++)
        {
            if (Path.GetDirectoryName(path) is { } directory)
            {
                yield return directory;
            }

            path = TargetOf(path);
        }
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false)?.FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
