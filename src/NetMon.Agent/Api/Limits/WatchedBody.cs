using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace NetMon.Agent.Api.Limits;

/// <summary>An answer's body whose reader must go on reading: where it takes nothing for too long, the connection is ended.</summary>
/// <remarks>
/// The server's own limit, a data rate, counts from an answer's beginning: a reader that took a hundred megabytes at once may then stop for
/// an hour and a half. Here each flush has a time of its own; one that does not have to wait costs nothing.
/// </remarks>
internal sealed class WatchedBody : PipeWriter, IHttpResponseBodyFeature
{
    private readonly HttpContext _context;
    private readonly IHttpResponseBodyFeature _inner;
    private readonly Refusals _refusals;
    private readonly TimeSpan _patience;
    private Stream? _stream;

    private WatchedBody(
        HttpContext context,
        IHttpResponseBodyFeature inner,
        Refusals refusals,
        TimeSpan patience
    )
    {
        _context = context;
        _inner = inner;
        _refusals = refusals;
        _patience = patience;
    }

    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    public PipeWriter Writer => this;

    public override bool CanGetUnflushedBytes => _inner.Writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => _inner.Writer.UnflushedBytes;

    /// <summary>Watches the answer to a request.</summary>
    /// <param name="patience">For each piece.</param>
    public static void Watch(HttpContext context, Refusals refusals, TimeSpan patience)
    {
        var inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new WatchedBody(context, inner, refusals, patience));
    }

    /// <summary>Ends the connection of a reader that is too slow.</summary>
    public static void GiveUp(HttpContext context)
    {
        (context.Features.Get<IHttpResponseBodyFeature>() as WatchedBody)?._refusals.Count(
            RefusalReasons.SlowReader
        );
        context.Abort();
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        InTime(_inner.Writer.FlushAsync(cancellationToken));

    public override ValueTask<FlushResult> WriteAsync(
        ReadOnlyMemory<byte> source,
        CancellationToken cancellationToken = default
    ) => InTime(_inner.Writer.WriteAsync(source, cancellationToken));

    public override void Advance(int bytes) => _inner.Writer.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => _inner.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _inner.Writer.GetSpan(sizeHint);

    public override void CancelPendingFlush() => _inner.Writer.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => _inner.Writer.Complete(exception);

    public void DisableBuffering() => _inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) =>
        _inner.StartAsync(cancellationToken);

    public Task SendFileAsync(
        string path,
        long offset,
        long? count,
        CancellationToken cancellationToken = default
    ) => _inner.SendFileAsync(path, offset, count, cancellationToken);

    public Task CompleteAsync() => _inner.CompleteAsync();

    private ValueTask<FlushResult> InTime(ValueTask<FlushResult> flush) =>
        flush.IsCompleted ? flush : new(WaitAsync(flush.AsTask()));

    private async Task<FlushResult> WaitAsync(Task<FlushResult> flush)
    {
        try
        {
            return await flush.WaitAsync(_patience);
        }
        catch (TimeoutException)
        {
            GiveUp(_context);
            return await flush;
        }
    }
}
