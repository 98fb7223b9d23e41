using System.Buffers;
using System.Text;
using NetMon.Lab.ApiServer.Requests;
using NetMon.Lab.ApiServer.Resources;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>The lines of a watch: one JSON object each, <c>{"type":...,"object":{...}}</c>.</summary>
internal sealed class WatchFrames(ApiPath path, ListOptions options, Representation form)
{
    private readonly string _prefix = path.Namespace.Length > 0 ? path.Namespace + "/" : "";

    /// <summary>What this watch is told of a change: an object that leaves its selector is deleted for it, one that enters is added.</summary>
    /// <returns>Whether it is told anything.</returns>
    public bool WriteChange(IBufferWriter<byte> output, Change change)
    {
        var isIn = change.Kind != ChangeKind.Deleted && IsWatched(change.Object);
        var wasIn = change.Before is { } before && IsWatched(before);
        switch (wasIn, isIn)
        {
            case (false, false):
                return false;
            case (false, true):
                Write(output, "ADDED"u8, change.Object);
                return true;
            case (true, true):
                Write(output, "MODIFIED"u8, change.Object);
                return true;
            default:
                var last =
                    change.Kind == ChangeKind.Deleted ? change.Object : change.Before!.At(change.Version);
                Write(output, "DELETED"u8, last);
                return true;
        }
    }

    public void WriteAdded(IBufferWriter<byte> output, StoredObject item) => Write(output, "ADDED"u8, item);

    public void WriteModified(IBufferWriter<byte> output, StoredObject item) =>
        Write(output, "MODIFIED"u8, item);

    /// <summary>Where the watch is; it has nothing of an object but the version.</summary>
    /// <param name="initialEventsEnd">The state is complete with this.</param>
    public void WriteBookmark(IBufferWriter<byte> output, ulong version, bool initialEventsEnd)
    {
        var (kind, apiVersion) =
            form == Representation.Metadata
                ? ("PartialObjectMetadata", "meta.k8s.io/v1")
                : (path.Type.Kind, path.Type.ApiVersion);
        var annotations = initialEventsEnd ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : "";
        output.Write(
            Encoding.UTF8.GetBytes(
                $$$"""{"type":"BOOKMARK","object":{"kind":"{{{kind}}}","apiVersion":"{{{apiVersion}}}","metadata":{"resourceVersion":"{{{version}}}","creationTimestamp":null{{{annotations}}}"""
            )
        );
        output.Write("}}}\n"u8);
    }

    public static void WriteError(IBufferWriter<byte> output, Failure failure)
    {
        output.Write("""{"type":"ERROR","object":"""u8);
        failure.Write(output);
        output.Write("}\n"u8);
    }

    private bool IsWatched(StoredObject item) =>
        item.Key.StartsWith(_prefix, StringComparison.Ordinal) && options.Matches(item);

    private void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> type, StoredObject item)
    {
        output.Write("{\"type\":\""u8);
        output.Write(type);
        output.Write("\",\"object\":"u8);
        ObjectText.WriteAlone(output, path.Type, item, form);
        output.Write("}\n"u8);
    }
}
