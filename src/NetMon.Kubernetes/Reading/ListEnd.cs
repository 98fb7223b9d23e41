namespace NetMon.Kubernetes.Reading;

/// <summary>What a list says of itself; its items were read before.</summary>
/// <param name="Kind">As <c>PodList</c>, <c>PartialObjectMetadataList</c>.</param>
/// <param name="ResourceVersion">The version that a watch goes on from.</param>
/// <param name="Continue">Token of the next page; null if this was the last.</param>
internal readonly record struct ListEnd(string? Kind, string? ResourceVersion, string? Continue)
{
    // Tokens hold a key of etcd in base64; a key is at most some 600 bytes.
    private const int LongestToken = 16 * 1024;

    /// <summary>Reads a list without its items. False if it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out ListEnd list)
    {
        string? kind = null;
        string? version = null;
        string? next = null;
        list = default;
        try
        {
            var fields = new FieldReader(json);
            if (!fields.BeginObject())
            {
                return false;
            }

            while (fields.NextMember())
            {
                if (fields.Is("kind"u8))
                {
                    kind = fields.Text(ObjectMetadata.LongestName);
                }
                else if (fields.Is("metadata"u8) && fields.BeginObject())
                {
                    while (fields.NextMember())
                    {
                        if (fields.Is("resourceVersion"u8))
                        {
                            version = fields.Text(ObjectMetadata.LongestName);
                        }
                        else if (fields.Is("continue"u8))
                        {
                            next = fields.Text(LongestToken);
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

            list = new ListEnd(kind, version, string.IsNullOrEmpty(next) ? null : next);
            return fields.Error is null && !string.IsNullOrEmpty(version);
        }
        catch (Exception e) when (FieldReader.IsUnreadable(e))
        {
            return false;
        }
    }
}
