using System.Diagnostics.CodeAnalysis;

namespace NetMon.Agent.Api.Access;

/// <summary>A value that is read from small files, and again when their text is another. Looked at when it is asked for, at most once a second.</summary>
/// <remarks>Text is compared, not times: Kubernetes swaps a symbolic link several directories above the file. Any thread.</remarks>
internal sealed class WatchedFile<T>
    where T : class
{
    private const long MaxBytes = 1 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string[] _paths;
    private readonly Func<string[], T> _read;
    private readonly Action<string>? _failed;
    private readonly TimeProvider _time;
    private string[] _texts = [];
    private string? _failure;
    private long _lookedAt;
    private T? _value;

    /// <param name="paths">The files.</param>
    /// <param name="read">Makes the value of their texts; what it throws is said, and the old value stays.</param>
    /// <param name="failed">Told why files that changed are not used, once for each reason.</param>
    /// <exception cref="StartException">They cannot be read, or are wrong.</exception>
    public WatchedFile(string[] paths, Func<string[], T> read, Action<string>? failed, TimeProvider time)
    {
        _paths = paths;
        _read = read;
        _time = time;
        if (!TryLoad())
        {
            throw new StartException(_failure!);
        }

        _failed = failed;
    }

    /// <summary>What the files say now; while they are wrong, what they said before.</summary>
    public T Current
    {
        get
        {
            lock (_gate)
            {
                if (_time.GetElapsedTime(_lookedAt) >= Interval)
                {
                    TryLoad();
                }

                return _value!;
            }
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031:Do not catch general exception types",
        Justification = "A file that is wrong in whatever way must not keep the old one from being used."
    )]
    private bool TryLoad()
    {
        _lookedAt = _time.GetTimestamp();
        try
        {
            var texts = Array.ConvertAll(_paths, Read);
            if (_value is null || !texts.AsSpan().SequenceEqual(_texts))
            {
                _value = _read(texts);
                _texts = texts;
            }

            _failure = null;
            return true;
        }
        catch (Exception error)
        {
            var failure = $"{string.Join(", ", _paths)}: {error.Message}";
            if (failure != _failure)
            {
                _failure = failure;
                _failed?.Invoke(failure);
            }

            return false;
        }
    }

    private static string Read(string path) =>
        new FileInfo(path).Length <= MaxBytes
            ? File.ReadAllText(path)
            : throw new IOException($"larger than {MaxBytes} bytes");
}
