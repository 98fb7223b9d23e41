using System.IO.MemoryMappedFiles;

namespace NetMon.Fuzz.Running;

/// <summary>Hears which input is next, before it is tried.</summary>
internal interface IProgressSink
{
    void Begin(int worker, long index);
}

/// <summary>Remembers which input each thread was at, in a file that outlives a process that crashes: a stack overflow cannot be caught.</summary>
internal sealed class ProgressFile : IProgressSink, IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public ProgressFile(string path, int workers)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, workers * sizeof(long));
        _view = _file.CreateViewAccessor();
        for (var i = 0; i < workers; i++)
        {
            Begin(i, -1);
        }
    }

    public void Begin(int worker, long index) => _view.Write(worker * sizeof(long), index);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>The inputs that a process was at when it ended.</summary>
    public static long[] Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return
        [
            .. Enumerable
                .Range(0, bytes.Length / sizeof(long))
                .Select(i => BitConverter.ToInt64(bytes, i * sizeof(long)))
                .Where(index => index >= 0),
        ];
    }
}
