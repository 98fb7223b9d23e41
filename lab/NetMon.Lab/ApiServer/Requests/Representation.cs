namespace NetMon.Lab.ApiServer.Requests;

internal enum Representation
{
    Whole,

    /// <summary>PartialObjectMetadata: metadata alone.</summary>
    Metadata,
}

/// <summary>Which of the forms that a client accepts the server gives.</summary>
internal static class Accepted
{
    /// <param name="header">Clauses as <c>application/json;as=Table;v=v1;g=meta.k8s.io,application/json</c>; the first that can be had wins.</param>
    /// <returns>Null if there is none: 406.</returns>
    public static Representation? Choose(string header, bool list)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return Representation.Whole;
        }

        foreach (var clause in header.Split(','))
        {
            var parts = clause.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "application/*" or "*/*"))
            {
                continue;
            }

            switch (Parameter(parts, "as="))
            {
                case null:
                    return Representation.Whole;
                case "PartialObjectMetadata" when !list && IsMeta(parts):
                case "PartialObjectMetadataList" when list && IsMeta(parts):
                    return Representation.Metadata;
            }
        }

        return null;
    }

    private static bool IsMeta(string[] parts) =>
        Parameter(parts, "g=") == "meta.k8s.io" && Parameter(parts, "v=") == "v1";

    private static string? Parameter(string[] parts, string name) =>
        Array.Find(parts, part => part.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
}
