using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Runtime.InteropServices;

namespace NetMon.Kubernetes.Client;

/// <summary>A request: GET, or with a body POST, of a path with its query, relative to the server's URL.</summary>
/// <param name="Accept">Media types.</param>
/// <param name="IsCompressed">Ask for gzip. Not for a watch: what compresses holds back what comes seldom.</param>
internal readonly record struct ApiRequest(string Path, string Accept, bool IsCompressed)
{
    /// <summary>JSON.</summary>
    public byte[]? Body { get; init; }
}

/// <summary>Asks the API server, over one HTTP/2 connection where it offers that. Any thread.</summary>
internal sealed class ApiClient : IDisposable
{
    private const int LongestError = 64 * 1024;

    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(2);

    private readonly ClusterConfiguration _configuration;
    private readonly ApiPatience _patience;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public ApiClient(ClusterConfiguration configuration, ApiPatience patience, TimeProvider time)
    {
        _configuration = configuration;
        _patience = patience;
        _time = time;
        _http = new HttpMessageInvoker(new ApiConnector(configuration, patience).CreateHandler());
    }

    /// <summary>As <c>netmon/0.1.0 (linux/x64)</c>.</summary>
    public static string UserAgent { get; } = CreateUserAgent();

    /// <summary>Sends a request; answers once the head of a good answer (200, 201) is there.</summary>
    /// <param name="timer">Limits the request; with the time for an answer set here.</param>
    /// <param name="answered">Called with the code of each answer.</param>
    /// <exception cref="ApiException">There is no answer, or no good one.</exception>
    /// <exception cref="OperationCanceledException">Cancelled from outside.</exception>
    public async Task<ApiAnswer> GetAsync(ApiRequest request, RequestTimer timer, Action<int> answered)
    {
        timer.Idle = _patience.Answer;
        timer.Arm();
        try
        {
            var authorization = await _configuration.Authorization.AuthorizationAsync(timer.Token);
            var response = await SendAsync(request, authorization, timer, answered);
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                // A token that was renewed since is worth another try at once; the same one is not.
                _configuration.Authorization.Reject(authorization);
                var refusal = await FailureAsync(response, timer);
                var renewed = await _configuration.Authorization.AuthorizationAsync(timer.Token);
                if (renewed == authorization)
                {
                    throw refusal;
                }

                response = await SendAsync(request, renewed, timer, answered);
            }

            return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created
                ? await OpenAsync(response, timer)
                : throw await FailureAsync(response, timer);
        }
        catch (Exception error) when (ApiException.IsExpected(error) && !IsCancelled(error, timer))
        {
            throw ApiException.From(error, timer);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsCancelled(Exception error, RequestTimer timer) =>
        error is OperationCanceledException && timer.Token.IsCancellationRequested && !timer.HasRunOut;

    private async Task<HttpResponseMessage> SendAsync(
        ApiRequest request,
        string? authorization,
        RequestTimer timer,
        Action<int> answered
    )
    {
        using var message = new HttpRequestMessage(
            request.Body is null ? HttpMethod.Get : HttpMethod.Post,
            new Uri(_configuration.Server, request.Path)
        )
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (request.IsCompressed)
        {
            message.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip");
        }

        if (authorization is not null)
        {
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        foreach (var (name, value) in _configuration.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await _http.SendAsync(message, timer.Token);
        answered((int)response.StatusCode);
        return response;
    }

    private static async Task<ApiAnswer> OpenAsync(HttpResponseMessage response, RequestTimer timer)
    {
        try
        {
            var body = await response.Content.ReadAsStreamAsync(timer.Token);
            return IsGzip(response)
                ? new ApiAnswer(response, new GZipStream(body, CompressionMode.Decompress))
                : new ApiAnswer(response, body);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static bool IsGzip(HttpResponseMessage response) =>
        response.Content.Headers.ContentEncoding.Contains("gzip", StringComparer.OrdinalIgnoreCase);

    private async Task<ApiException> FailureAsync(HttpResponseMessage response, RequestTimer timer)
    {
        using (response)
        {
            var code = (int)response.StatusCode;
            var status = default(ApiStatus);
            try
            {
                status = await ReadStatusAsync(response, timer);
            }
            catch (Exception error)
                when (error is HttpRequestException or IOException or InvalidDataException)
            {
                // The code alone says enough.
            }

            var said = status.Message is null ? "" : $": {status.Message.ReplaceLineEndings(" ")}";
            return new ApiException(ErrorReasons.Of(code), $"answered {code}{said}")
            {
                Code = code,
                RetryAfter = ReadRetryAfter(response.Headers.RetryAfter),
            };
        }
    }

    private static async Task<ApiStatus> ReadStatusAsync(HttpResponseMessage response, RequestTimer timer)
    {
        using var answer = await OpenAsync(response, timer);
        var text = new byte[LongestError];
        var length = await answer.Body.ReadAtLeastAsync(
            text,
            text.Length,
            throwOnEndOfStream: false,
            timer.Token
        );
        return ApiStatus.Read(text.AsSpan(0, length));
    }

    private TimeSpan? ReadRetryAfter(RetryConditionHeaderValue? header)
    {
        var asked = header?.Delta ?? (header?.Date - _time.GetUtcNow());
        if (asked is not { } time || time <= TimeSpan.Zero)
        {
            return null;
        }

        return time < LongestRetryAfter ? time : LongestRetryAfter;
    }

    private static string CreateUserAgent()
    {
        var version = typeof(ApiClient)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        return $"netmon/{version} (linux/{architecture})";
    }
}
