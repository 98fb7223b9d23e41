using System.Globalization;
using NetMon.Core.Flows.Filters;

namespace NetMon.Core.Flows;

/// <summary>What a reader of flows asks for, in the form of the query parameters of <c>/api/v1/flows</c>.</summary>
/// <param name="Filter">Which flows.</param>
/// <param name="Sort">In which order.</param>
/// <param name="Last">At most how many, the first of the order; null: all.</param>
/// <param name="Follow">The records as they come, not the flows as they are; the order and the limit do not apply.</param>
public sealed record FlowQuery(FlowFilter Filter, FlowSort Sort, int? Last, bool Follow)
{
    private const int LongestShown = 64;

    public static FlowQuery Default { get; } =
        new(FlowFilter.All, FlowSort.Recent, Last: null, Follow: false);

    /// <summary>
    /// Reads pairs of key and value: those of <see cref="FlowCriterion.All"/> (each any number of times), <c>sort</c>,
    /// <c>last</c>, <c>follow</c> (each once).
    /// </summary>
    /// <returns>False with every error, each naming its key and value, when a pair cannot be read.</returns>
    public static bool TryParse(
        IEnumerable<KeyValuePair<string, string?>> parameters,
        out FlowQuery query,
        out IReadOnlyList<string> errors
    )
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var reader = new Reader();
        foreach (var (key, value) in parameters)
        {
            reader.Read(key, value ?? "");
        }

        errors = reader.Errors;
        query = reader.Errors.Count == 0 ? reader.ToQuery() : Default;
        return reader.Errors.Count == 0;
    }

    private sealed class Reader
    {
        private readonly FlowFilterBuilder _filter = new();
        private FlowSort? _sort;
        private int? _last;
        private bool? _follow;

        public List<string> Errors { get; } = [];

        public FlowQuery ToQuery() => new(_filter.Build(), _sort ?? FlowSort.Recent, _last, _follow ?? false);

        public void Read(string key, string value)
        {
            switch (key)
            {
                case "sort":
                    Accept(
                        FlowSorts.TryParse(value, out var sort),
                        ref _sort,
                        sort,
                        key,
                        value,
                        "one of " + string.Join(", ", FlowSorts.Words)
                    );
                    break;
                case "last":
                    Accept(
                        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var last),
                        ref _last,
                        last,
                        key,
                        value,
                        "a number of flows"
                    );
                    break;
                case "follow":
                    Accept(
                        bool.TryParse(value, out var follow),
                        ref _follow,
                        follow,
                        key,
                        value,
                        "true or false"
                    );
                    break;
                default:
                    ReadCriterion(key, value);
                    break;
            }
        }

        private void ReadCriterion(string key, string value)
        {
            foreach (var criterion in FlowCriteria.All)
            {
                if (!string.Equals(criterion.Name, key, StringComparison.Ordinal))
                {
                    continue;
                }

                if (!_filter.TryAdd(criterion, value))
                {
                    Errors.Add($"{key}: '{Shown(value)}' is not {criterion.Expected}");
                }

                return;
            }

            Errors.Add($"{Shown(key)}: unknown parameter (value '{Shown(value)}')");
        }

        private void Accept<T>(bool read, ref T? slot, T parsed, string key, string value, string expected)
            where T : struct
        {
            if (!read)
            {
                Errors.Add($"{key}: '{Shown(value)}' is not {expected}");
            }
            else if (slot is not null)
            {
                Errors.Add($"{key}: '{Shown(value)}' is a second value where one is allowed");
            }
            else
            {
                slot = parsed;
            }
        }

        private static string Shown(string text) =>
            text.Length <= LongestShown ? text : text[..LongestShown] + "...";
    }
}
