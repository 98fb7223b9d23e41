using NetMon.Kubernetes.Client;

namespace NetMon.Kubernetes.Reading;

internal enum WatchFrameType
{
    Unknown,
    Added,
    Modified,
    Deleted,
    Bookmark,
    Error,
}

/// <summary>What a frame of a watch says of itself; the object in it is read apart.</summary>
/// <remarks><c>{"type":"ADDED","object":{...}}</c>: k8s.io/apimachinery/pkg/apis/meta/v1 WatchEvent.</remarks>
internal readonly ref struct WatchFrame
{
    /// <summary>Annotation of the bookmark that ends the initial events.</summary>
    public const string InitialEventsEnd = "k8s.io/initial-events-end";

    private const int LongestWord = 128;

    private WatchFrame(WatchFrameType type, ReadOnlySpan<byte> content, Content told)
    {
        Type = type;
        Object = content;
        ResourceVersion = told.ResourceVersion;
        EndsInitialEvents = told.EndsInitialEvents;
        Status = told.Status;
    }

    public WatchFrameType Type { get; }

    /// <summary>The wanted fields of the object, as JSON.</summary>
    public ReadOnlySpan<byte> Object { get; }

    /// <summary><c>metadata.resourceVersion</c> of the object; null if it has none.</summary>
    public string? ResourceVersion { get; }

    public bool EndsInitialEvents { get; }

    /// <summary>What an ERROR says.</summary>
    public ApiStatus Status { get; }

    /// <summary>Reads a frame. False if it is not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out WatchFrame frame)
    {
        frame = default;
        try
        {
            var fields = new FieldReader(json);
            var type = WatchFrameType.Unknown;
            var told = default(Content);
            var (start, end) = (0, 0);
            if (!fields.BeginObject())
            {
                return false;
            }

            while (fields.NextMember())
            {
                if (fields.Is("type"u8))
                {
                    type = TypeOf(fields.Text(LongestWord));
                }
                else if (fields.Is("object"u8))
                {
                    fields.Enter();
                    start = fields.ValueStart;
                    told.Read(ref fields);
                    end = fields.ValueEnd;
                }
                else
                {
                    fields.Skip();
                }
            }

            frame = new WatchFrame(type, json[start..end], told);
            return fields.Error is null && end > start;
        }
        catch (Exception e) when (FieldReader.IsUnreadable(e))
        {
            return false;
        }
    }

    private static WatchFrameType TypeOf(string? type) =>
        type switch
        {
            "ADDED" => WatchFrameType.Added,
            "MODIFIED" => WatchFrameType.Modified,
            "DELETED" => WatchFrameType.Deleted,
            "BOOKMARK" => WatchFrameType.Bookmark,
            "ERROR" => WatchFrameType.Error,
            _ => WatchFrameType.Unknown,
        };

    // The fields of any object's metadata and of a Status; whatever else is in it, and of whatever type, is left to others.
    private struct Content
    {
        public string? ResourceVersion;
        public bool EndsInitialEvents;
        public ApiStatus Status;

        public void Read(ref FieldReader fields)
        {
            if (!fields.BeginObject())
            {
                return;
            }

            while (fields.NextMember())
            {
                if (fields.Is("metadata"u8))
                {
                    ReadMetadata(ref fields);
                }
                else if (!Status.TryReadMember(ref fields))
                {
                    fields.Skip();
                }
            }
        }

        private void ReadMetadata(ref FieldReader fields)
        {
            if (!fields.BeginObject())
            {
                return;
            }

            while (fields.NextMember())
            {
                if (fields.Is("resourceVersion"u8))
                {
                    ResourceVersion = fields.Text(LongestWord);
                }
                else if (fields.Is("annotations"u8) && fields.BeginObject())
                {
                    while (fields.NextMember())
                    {
                        if (fields.Is("k8s.io/initial-events-end"u8))
                        {
                            EndsInitialEvents = fields.Text(LongestWord) == "true";
                        }
                        else
                        {
                            fields.Skip();
                        }
                    }
                }
                else
                {
                    fields.Skip();
                }
            }
        }
    }
}
