namespace NetMon.Lab.ApiServer;

/// <summary>A release of Kubernetes, by what its API server does differently from others. As observed, not as documented.</summary>
/// <param name="StreamsInitialEvents">Knows <c>sendInitialEvents</c>. One that does not ignores it, and refuses <c>resourceVersionMatch</c> on a watch.</param>
/// <param name="ZeroStreamsInitialEvents">A watch from version 0 that allows bookmarks gets the end of the initial events told.</param>
/// <param name="FutureListCode">What a list answers whose version is still to come.</param>
/// <param name="SelectsHostNetwork">Field selector <c>spec.hostNetwork</c>.</param>
public sealed record ApiVersion(
    int Major,
    int Minor,
    int Patch,
    bool StreamsInitialEvents,
    bool ZeroStreamsInitialEvents,
    int FutureListCode,
    bool SelectsHostNetwork
)
{
    public static ApiVersion V126 { get; } =
        new(1, 26, 15, StreamsInitialEvents: false, ZeroStreamsInitialEvents: false, 500, false);

    public static ApiVersion V132 { get; } =
        new(1, 32, 4, StreamsInitialEvents: true, ZeroStreamsInitialEvents: false, 504, true);

    public static ApiVersion V136 { get; } =
        new(1, 36, 0, StreamsInitialEvents: true, ZeroStreamsInitialEvents: true, 504, true);

    /// <summary>1.26, 1.32 and 1.36.</summary>
    public static IReadOnlyList<ApiVersion> All { get; } = [V126, V132, V136];

    /// <param name="text"><c>1.32</c></param>
    /// <exception cref="ArgumentException">Not one of <see cref="All"/>.</exception>
    public static ApiVersion Parse(string text) =>
        All.FirstOrDefault(version => version.ToString() == text)
        ?? throw new ArgumentException($"'{text}' is none of {string.Join(", ", All)}", nameof(text));

    public override string ToString() => $"{Major}.{Minor}";
}
