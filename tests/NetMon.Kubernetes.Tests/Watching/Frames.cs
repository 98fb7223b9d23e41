namespace NetMon.Kubernetes.Tests.Watching;

/// <summary>What an API server writes.</summary>
internal static class Frames
{
    public static string Added(string name, int version) => Event("ADDED", name, version);

    public static string Modified(string name, int version) => Event("MODIFIED", name, version);

    public static string Deleted(string name, int version) => Event("DELETED", name, version);

    public static string Bookmark(int version) => Mark(version, "");

    public static string InitialEventsEnd(int version) =>
        Mark(version, ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}");

    public static string Error(int code, string reason, string message) =>
        "{\"type\":\"ERROR\",\"object\":" + Status(code, reason, message) + "}\n";

    public static string Status(int code, string reason, string message) =>
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\""
        + $",\"message\":\"{message}\",\"reason\":\"{reason}\",\"code\":{code}"
        + "}";

    /// <summary>A page of a list.</summary>
    /// <param name="next">Token of the next; null: the last.</param>
    public static string List(int version, string? next, params string[] names) =>
        "{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{"
        + $"\"resourceVersion\":\"{version}\""
        + (next is null ? "" : $",\"continue\":\"{next}\"")
        + "},\"items\":["
        + string.Join(',', names.Select(name => Object(name, 1)))
        + "]}";

    public static string Object(string name, int version) =>
        "{\"metadata\":{"
        + $"\"name\":\"{name}\",\"uid\":\"uid-{name}\",\"resourceVersion\":\"{version}\""
        + ",\"creationTimestamp\":\"2026-01-01T00:00:00Z\""
        + ",\"managedFields\":[{\"manager\":\"kubectl\",\"fieldsV1\":{\"f:metadata\":{\"f:labels\":{\".\":{}}}}}]}}";

    private static string Mark(int version, string annotations) =>
        "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{"
        + $"\"resourceVersion\":\"{version}\",\"creationTimestamp\":null{annotations}"
        + "}}}\n";

    private static string Event(string type, string name, int version) =>
        $"{{\"type\":\"{type}\",\"object\":{Object(name, version)}}}\n";
}
