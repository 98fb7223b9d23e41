using Microsoft.Extensions.Logging;

namespace NetMon.Agent.Logging;

/// <summary>The least severe messages that are written; changes while the agent runs. From any thread.</summary>
/// <remarks>
/// A category is a logger's name, <c>NetMon.Agent.Interfaces.InterfaceWatch</c>; a person names it by any of its parts, <c>interfaces</c>.
/// </remarks>
internal sealed class LogLevels : IDisposable
{
    /// <summary>The server's own messages are about single connections and requests.</summary>
    private const string Server = "Microsoft";

    /// <summary>What keeps the server from starting is told by us, in one line.</summary>
    private const string Silent = "Microsoft.Extensions.Hosting";

    private readonly TimeProvider _time;
    private readonly Lock _changing = new();
    private volatile LogTrace? _trace;
    private volatile int _level;
    private ITimer? _end;

    public LogLevels(LogLevel level, TimeProvider time)
    {
        _level = (int)level;
        _time = time;
    }

    /// <summary>Called when a trace ends because its time is over.</summary>
    public Action<LogTrace>? OnTraceEnd { get; set; }

    /// <summary>Of all categories that are not traced.</summary>
    public LogLevel Level
    {
        get => (LogLevel)_level;
        set => _level = (int)value;
    }

    /// <summary>What is traced now, if anything is.</summary>
    public LogTrace? Trace => _trace;

    /// <summary>Writes more of some categories for a while; replaces a trace that is under way.</summary>
    /// <param name="categories">Parts of categories' names; none: all of NetMon's own.</param>
    /// <param name="level">The least severe messages of theirs.</param>
    /// <param name="duration">After which it ends by itself.</param>
    public LogTrace StartTrace(IReadOnlyList<string> categories, LogLevel level, TimeSpan duration)
    {
        lock (_changing)
        {
            var trace = new LogTrace(categories, level, _time.GetUtcNow() + duration);
            _end?.Dispose();
            _end = _time.CreateTimer(_ => EndByTime(trace), null, duration, Timeout.InfiniteTimeSpan);
            _trace = trace;
            return trace;
        }
    }

    /// <returns>What was traced until now, if anything was.</returns>
    public LogTrace? EndTrace()
    {
        lock (_changing)
        {
            var ended = _trace;
            _trace = null;
            _end?.Dispose();
            return ended;
        }
    }

    /// <summary>Whether a message is written.</summary>
    public bool IsEnabled(string category, LogLevel level)
    {
        if (category.StartsWith(Silent, StringComparison.Ordinal))
        {
            return false;
        }

        if (_trace is { } trace && level >= trace.Level && trace.Includes(category))
        {
            return true;
        }

        var least = Level;
        return level
            >= (
                least == LogLevel.Information && category.StartsWith(Server, StringComparison.Ordinal)
                    ? LogLevel.Warning
                    : least
            );
    }

    public void Dispose() => _end?.Dispose();

    private void EndByTime(LogTrace trace)
    {
        lock (_changing)
        {
            if (!ReferenceEquals(_trace, trace))
            {
                return;
            }

            _trace = null;
        }

        OnTraceEnd?.Invoke(trace);
    }
}

/// <summary>Categories of which more is written for a while.</summary>
/// <param name="Categories">Parts of their names; none: all of NetMon's own.</param>
/// <param name="Level">The least severe messages of theirs.</param>
/// <param name="Until">When it ends by itself.</param>
internal sealed record LogTrace(IReadOnlyList<string> Categories, LogLevel Level, DateTimeOffset Until)
{
    public bool Includes(string category)
    {
        if (Categories.Count == 0)
        {
            return category.StartsWith("NetMon.", StringComparison.Ordinal);
        }

        foreach (var word in Categories)
        {
            if (Names(word, category))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a word is a part of a category's name.</summary>
    public static bool Names(string word, string category)
    {
        foreach (var part in category.AsSpan().Split('.'))
        {
            if (category.AsSpan()[part].Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
