using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace NetMon.Kubernetes.Client;

/// <summary>What the API server said of a token.</summary>
public enum ReviewOutcome
{
    /// <summary>It could not be asked, or answered something else: nothing is allowed.</summary>
    Failed,

    /// <summary>It does not know the token.</summary>
    Unknown,

    /// <summary>It knows whose it is, and they may not.</summary>
    Denied,
    Allowed,
}

/// <summary>Who has a token, and whether they may.</summary>
/// <param name="User">Empty unless known.</param>
public readonly record struct AccessReview(ReviewOutcome Outcome, string User);

/// <summary>Asks the API server whose a token is (TokenReview), and whether they may ask for an address (SubjectAccessReview of a nonResourceURL).</summary>
/// <remarks>
/// Answers are remembered by the token's hash: good ones for a minute, others for ten seconds, 1,024 of each kind; failures are not. At most four
/// questions are under way; who would wait for longer than two seconds is told that it failed. Any thread.
/// </remarks>
public sealed class AccessReviews : IDisposable
{
    private const int MaxQuestions = 4;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ApiClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turns = new(MaxQuestions);
    private readonly ReviewMemory<ReviewedUser> _users;
    private readonly ReviewMemory<object> _rights;

    public AccessReviews(ClusterConfiguration configuration, ILogger logger, TimeProvider time)
    {
        _client = new ApiClient(configuration, new ApiPatience { Answer = Patience }, time);
        _time = time;
        _logger = logger;
        _users = new ReviewMemory<ReviewedUser>(time);
        _rights = new ReviewMemory<object>(time);
    }

    /// <param name="token">As it was sent.</param>
    /// <param name="hash">Of the token.</param>
    /// <param name="path">What is asked for.</param>
    /// <param name="verb">In small letters: get, post.</param>
    /// <param name="cancellation">The client went away.</param>
    public async ValueTask<AccessReview> AskAsync(
        string token,
        byte[] hash,
        string path,
        string verb,
        CancellationToken cancellation
    )
    {
        var key = Convert.ToHexString(hash);
        var right = $"{key} {verb} {path}";
        if (!_users.TryGet(key, out var user) || (user is not null && !_rights.TryGet(right, out _)))
        {
            if (await AskServerAsync(token, key, right, path, verb, user, cancellation) is not { } asked)
            {
                return new AccessReview(ReviewOutcome.Failed, "");
            }

            return asked;
        }

        if (user is null)
        {
            return new AccessReview(ReviewOutcome.Unknown, "");
        }

        _rights.TryGet(right, out var allowed);
        return Of(user, allowed is not null);
    }

    public void Dispose()
    {
        _client.Dispose();
        _turns.Dispose();
    }

    private static AccessReview Of(ReviewedUser user, bool allowed) =>
        new(allowed ? ReviewOutcome.Allowed : ReviewOutcome.Denied, user.Name);

    private async Task<AccessReview?> AskServerAsync(
        string token,
        string key,
        string right,
        string path,
        string verb,
        ReviewedUser? user,
        CancellationToken cancellation
    )
    {
        if (!await _turns.WaitAsync(Turn, cancellation))
        {
            return null;
        }

        try
        {
            if (user is null)
            {
                user = ReviewJson.ReadUser(
                    await PostAsync(ReviewJson.TokenPath, ReviewJson.WriteToken(token), cancellation)
                );
                _users.Set(key, user);
                if (user is null)
                {
                    return new AccessReview(ReviewOutcome.Unknown, "");
                }
            }

            var allowed = ReviewJson.ReadAllowed(
                await PostAsync(ReviewJson.AccessPath, ReviewJson.WriteAccess(user, path, verb), cancellation)
            );
            _rights.Set(right, allowed ? this : null);
            return Of(user, allowed);
        }
        catch (Exception error) when (error is ApiException or JsonException or InvalidOperationException)
        {
            ReviewLog.Failed(_logger, error.Message);
            return null;
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<JsonElement> PostAsync(string path, byte[] body, CancellationToken cancellation)
    {
        using var timer = new RequestTimer(_time, Patience, cancellation);
        var request = new ApiRequest(path, "application/json", IsCompressed: false) { Body = body };
        using var answer = await _client.GetAsync(request, timer, _ => { });
        try
        {
            return await ReviewJson.ParseAsync(answer.Body, timer.Token);
        }
        catch (Exception error) when (ApiException.IsExpected(error) && !cancellation.IsCancellationRequested)
        {
            throw ApiException.From(error, timer);
        }
    }
}

internal static partial class ReviewLog
{
    [LoggerMessage(
        30,
        LogLevel.Warning,
        "cannot ask the API server about a token, so its owner is refused: {Error}; see whether the agent may create tokenreviews and subjectaccessreviews"
    )]
    public static partial void Failed(ILogger logger, string error);
}
