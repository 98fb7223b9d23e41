using System.Globalization;
using Microsoft.AspNetCore.Http;
using NetMon.Lab.ApiServer.Selectors;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Requests;

/// <summary>The query of a list or watch (meta/v1 ListOptions).</summary>
internal sealed record ListOptions
{
    public bool Watch { get; private init; }
    public bool Bookmarks { get; private init; }
    public bool? InitialEvents { get; private init; }

    /// <summary>Null: not given, i.e. the latest.</summary>
    public ulong? Version { get; private init; }

    /// <summary>NotOlderThan, Exact, or empty.</summary>
    public string Match { get; private init; } = "";

    /// <summary>0: all.</summary>
    public int Limit { get; private init; }
    public string Continue { get; private init; } = "";
    public TimeSpan? Timeout { get; private init; }
    public LabelSelector? Labels { get; private init; }
    public FieldSelector? Fields { get; private init; }

    /// <exception cref="StoreException">400 or 422, with the message that kube-apiserver has for it.</exception>
    public static ListOptions Parse(IQueryCollection query, ApiPath path, ApiVersion version)
    {
        var options = new ListOptions
        {
            Watch = Flag(query["watch"]) ?? false,
            Bookmarks = Flag(query["allowWatchBookmarks"]) ?? false,
            InitialEvents = version.StreamsInitialEvents ? Flag(query["sendInitialEvents"]) : null,
            Version = Number(query, "resourceVersion"),
            Match = query["resourceVersionMatch"].ToString(),
            Limit = (int)Math.Min(Number(query, "limit") ?? 0, int.MaxValue),
            Continue = query["continue"].ToString(),
            Timeout = Number(query, "timeoutSeconds") is { } seconds and > 0
                ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400))
                : null,
            Labels = LabelSelector.Parse(query["labelSelector"].ToString()),
            Fields = FieldSelector.Parse(query["fieldSelector"].ToString(), path.Type, version),
        };
        options.Check(path, version);
        return options;
    }

    public bool Matches(StoredObject item) =>
        (Labels is null || Labels.Matches(item)) && (Fields is null || Fields.Matches(item));

    private void Check(ApiPath path, ApiVersion version)
    {
        if (!Watch)
        {
            CheckList(path);
            return;
        }

        if (!version.StreamsInitialEvents)
        {
            Require(
                Match.Length == 0,
                path,
                "resourceVersionMatch",
                "resourceVersionMatch is forbidden for watch"
            );
            return;
        }

        Require(
            InitialEvents is null || Match == "NotOlderThan",
            path,
            "resourceVersionMatch",
            "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
        );
        Require(
            Match.Length == 0 || InitialEvents is not null,
            path,
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        );
    }

    private void CheckList(ApiPath path)
    {
        Require(InitialEvents is null, path, "sendInitialEvents", "sendInitialEvents is forbidden for list");
        if (Match.Length == 0)
        {
            return;
        }

        Require(
            Version is not null,
            path,
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden unless resourceVersion is provided"
        );
        Require(
            Continue.Length == 0,
            path,
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden when continue is provided"
        );
        Require(
            Match != "Exact" || Version != 0,
            path,
            "resourceVersionMatch",
            "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""
        );
    }

    private static void Require(bool holds, ApiPath path, string field, string message)
    {
        if (!holds)
        {
            throw new StoreException(
                422,
                "Invalid",
                $"{path.Type.ListKind}.meta.k8s.io \"\" is invalid: {field}: Forbidden: {message}"
            );
        }
    }

    // kube-apiserver takes any of strconv.ParseBool's words, and the bare name.
    private static bool? Flag(Microsoft.Extensions.Primitives.StringValues value) =>
        value.Count == 0
            ? null
            : value.ToString() is not ("0" or "f" or "F" or "false" or "False" or "FALSE");

    private static ulong? Number(IQueryCollection query, string name)
    {
        var text = query[name].ToString();
        if (text.Length == 0)
        {
            return null;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new StoreException(400, "BadRequest", $"{name}: Invalid value: \"{text}\": not a number");
    }
}
