using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using NetMon.Core.Detections.Events;
using NetMon.Core.Drops;
using NetMon.Core.Flows;

namespace NetMon.Client;

/// <summary>Asks one agent, over HTTP by TCP or by its Unix socket. Every failure but cancellation is an <see cref="AgentException"/>.</summary>
internal sealed class AgentClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly ClientPatience _patience;

    public AgentClient(ServerAddress address, ClientPatience? patience = null)
    {
        Address = address;
        _patience = patience ?? new ClientPatience();
        _http = new HttpClient(address.Agents ?? AgentConnection.CreateHandler(address, _patience))
        {
            BaseAddress = address.ToUri(),
            // A followed stream has no end; each step has a limit of its own.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("netmon");
        if (address.IsTls)
        {
            _http.DefaultRequestHeaders.Authorization = address.Credential.Authorization();
        }
    }

    public ServerAddress Address { get; }

    /// <summary>The flows that match. Read piece by piece: only they are kept, not the answer's text.</summary>
    public Task<FlowListView> ListAsync(FlowRequest request, CancellationToken cancellationToken) =>
        ReadAsync(request.ToPath(), FlowListReader.ReadAsync, cancellationToken);

    /// <summary>The events that match.</summary>
    public Task<SecurityEventListView> ListAsync(EventRequest request, CancellationToken cancellationToken) =>
        ReadAsync(request.ToPath(), EventReader.ReadListAsync, cancellationToken);

    /// <summary>The drops that match.</summary>
    public Task<DropListView> ListAsync(DropRequest request, CancellationToken cancellationToken) =>
        ReadAsync(request.ToPath(), DropReader.ReadListAsync, cancellationToken);

    /// <summary>The answer's own JSON, handed on piece by piece; read as fast as it comes, however long <paramref name="write"/> takes.</summary>
    public Task CopyListAsync(
        FlowRequest request,
        Action<ReadOnlySpan<byte>> write,
        CancellationToken cancellationToken
    ) => CopyAsync(request.ToPath(), write, cancellationToken);

    /// <summary>Each flow's own JSON, as fast as it comes.</summary>
    public Task<FlowListView> DumpAsync(
        FlowRequest request,
        Action<ReadOnlySequence<byte>> take,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            request.ToPath(),
            (body, limited) =>
                EagerCopy.ReadAheadAsync(
                    body,
                    ahead => FlowListReader.ReadAsync(ahead, take, cancellationToken),
                    limited
                ),
            cancellationToken
        );

    /// <summary>An answer of one small document.</summary>
    public Task<JsonDocument> GetAsync(string path, CancellationToken cancellationToken) =>
        ReadAsync(
            path,
            (body, limited) => JsonDocument.ParseAsync(body, cancellationToken: limited),
            cancellationToken
        );

    /// <summary>Changes how the agent runs.</summary>
    /// <param name="path">Relative to the server.</param>
    /// <param name="json">What is asked for.</param>
    /// <returns>The answer, one small document.</returns>
    public async Task<JsonDocument> PostAsync(
        string path,
        ReadOnlyMemory<byte> json,
        CancellationToken cancellationToken
    )
    {
        using var content = new ReadOnlyMemoryContent(json);
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        using var response = await SendAsync(request, _patience.Answer, cancellationToken);
        return await ReadAsync(
            response,
            (body, limited) => JsonDocument.ParseAsync(body, cancellationToken: limited),
            cancellationToken
        );
    }

    /// <summary>As <see cref="CopyListAsync"/>, of a path with its query.</summary>
    public Task CopyAsync(
        string path,
        Action<ReadOnlySpan<byte>> write,
        CancellationToken cancellationToken
    ) =>
        ReadAsync(
            path,
            async (body, limited) =>
            {
                await EagerCopy.RunAsync(body, write, limited, cancellationToken);
                return true;
            },
            cancellationToken
        );

    /// <summary>The same as it came.</summary>
    public Task<byte[]> GetBytesAsync(string path, CancellationToken cancellationToken) =>
        ReadAsync(path, ReadAllAsync, cancellationToken);

    /// <summary>Sends JSON, and reads the whole answer.</summary>
    public async Task<byte[]> PostAsync(string path, byte[] json, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        request.Content = new ByteArrayContent(json);
        request.Content.Headers.ContentType = new("application/json");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience.Answer);
        try
        {
            using var response = await _http.SendAsync(request, limit.Token);
            return response.StatusCode == HttpStatusCode.OK
                ? await response.Content.ReadAsByteArrayAsync(limit.Token)
                : throw await AgentFailure.FromAnswerAsync(response, Address, limit.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AgentFailure.IsOurs(e))
        {
            throw AgentFailure.From(e, Address);
        }
    }

    /// <summary>Follows one stream until the agent ends it: a line of JSON for each record, valid until the next is asked for.</summary>
    /// <param name="path">Path and query, relative to the server.</param>
    /// <param name="connected">Called when the agent has accepted.</param>
    public async IAsyncEnumerable<ReadOnlySequence<byte>> FollowAsync(
        string path,
        Action connected,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(path, _patience.Answer, cancellationToken);
        connected();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var lines = new LineReader(body);
        while (true)
        {
            ReadOnlySequence<byte>? line;
            try
            {
                line = await lines.ReadAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                throw AgentFailure.From(e, Address);
            }

            if (line is not { } text)
            {
                yield break;
            }

            yield return text;
        }
    }

    /// <summary>Reads a line of a followed stream.</summary>
    public FlowStreamLine ReadLine(in ReadOnlySequence<byte> text) =>
        FlowLines.TryRead(text, out var line)
            ? line
            : throw AgentFailure.From(
                new InvalidDataException("a line of the stream cannot be read"),
                Address
            );

    public void Dispose() => _http.Dispose();

    private static async Task<byte[]> ReadAllAsync(Stream body, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        await body.CopyToAsync(all, cancellationToken);
        return all.ToArray();
    }

    private async Task<T> ReadAsync<T>(
        string path,
        Func<Stream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(path, _patience.Answer, cancellationToken);
        return await ReadAsync(response, read, cancellationToken);
    }

    private async Task<T> ReadAsync<T>(
        HttpResponseMessage response,
        Func<Stream, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience.List);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(limit.Token);
            return await read(body, limit.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AgentFailure.IsOurs(e))
        {
            throw AgentFailure.From(e, Address);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        string path,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await SendAsync(request, patience, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        TimeSpan patience,
        CancellationToken cancellationToken
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            var response = await _http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                limit.Token
            );
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return response;
            }

            using (response)
            {
                throw await AgentFailure.FromAnswerAsync(response, Address, limit.Token);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && AgentFailure.IsOurs(e))
        {
            throw AgentFailure.From(e, Address);
        }
    }
}
