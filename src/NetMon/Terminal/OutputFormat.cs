namespace NetMon.Terminal;

/// <summary>What a verb prints, by the words of <c>--output</c>.</summary>
internal enum OutputFormat
{
    Table,

    /// <summary>A table with every column.</summary>
    Wide,
    Json,
    Yaml,
}
