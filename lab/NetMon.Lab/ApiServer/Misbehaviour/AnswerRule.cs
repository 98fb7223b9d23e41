namespace NetMon.Lab.ApiServer.Misbehaviour;

/// <summary>What the server answers in place of the truth.</summary>
/// <param name="Code">401, 403, 410, 429, 500, 503, 504.</param>
/// <param name="Resource">Plural; <c>*</c> for all.</param>
/// <param name="Verb">get, list, watch, create, update, patch, delete; <c>*</c> for all.</param>
public sealed record AnswerRule(int Code, string Resource = "*", string Verb = "*")
{
    /// <summary>Header <c>Retry-After</c>, in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A watch is accepted with 200, and gets the error as a frame of its stream.</summary>
    public bool InBand { get; init; }

    /// <summary>How many requests get it; then it is forgotten.</summary>
    public int Times { get; init; } = int.MaxValue;

    internal bool Concerns(string resource, string verb) =>
        (Resource == "*" || Resource == resource) && (Verb == "*" || Verb == verb);
}
