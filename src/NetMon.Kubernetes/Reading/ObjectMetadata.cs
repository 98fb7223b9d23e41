using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Reading;

/// <summary>What is read of an object's <c>metadata</c>.</summary>
internal struct ObjectMetadata
{
    /// <summary>Names and namespaces are DNS labels or subdomains, owners and kinds no longer.</summary>
    public const int LongestName = 253;

    /// <summary>Labels that are kept of one object. Prometheus' and the user's own filters use a few.</summary>
    public const int MostLabels = 64;

    private const int LongestLabelKey = LongestName + 1 + 63;
    private const int LongestLabelValue = 63;
    private const int LongestHash = 64;

    public string? Namespace;
    public string? Name;
    public string? Uid;
    public IReadOnlyList<KeyValuePair<string, string>> Labels;
    public OwnerReference? Owner;
    public DateTimeOffset? Created;
    public DateTimeOffset? Deletion;

    /// <summary>Annotation kubernetes.io/config.hash.</summary>
    public string? ManifestHash;

    /// <summary>Reads the value of <c>metadata</c>.</summary>
    public void Read(ref FieldReader fields, ReaderContext context)
    {
        if (!fields.BeginObject())
        {
            return;
        }

        while (fields.NextMember())
        {
            if (fields.Is("name"u8))
            {
                Name = fields.Name();
            }
            else if (fields.Is("namespace"u8))
            {
                Namespace = fields.Name(context.Strings);
            }
            else if (fields.Is("uid"u8))
            {
                Uid = fields.Name();
            }
            else if (fields.Is("labels"u8))
            {
                Labels = ReadLabels(ref fields, context);
            }
            else if (fields.Is("ownerReferences"u8))
            {
                Owner = ReadOwners(ref fields, context);
            }
            else if (fields.Is("annotations"u8))
            {
                ReadAnnotations(ref fields);
            }
            else if (fields.Is("creationTimestamp"u8))
            {
                Created = fields.Time();
            }
            else if (fields.Is("deletionTimestamp"u8))
            {
                Deletion = fields.Time();
            }
            else
            {
                fields.Skip();
            }
        }
    }

    /// <summary>What names the object; it is unreadable without a name and a UID.</summary>
    public readonly ObjectName Id(ref FieldReader fields)
    {
        if (string.IsNullOrEmpty(Name) || string.IsNullOrEmpty(Uid))
        {
            fields.Fail("it has no name or no uid");
        }

        return new ObjectName(Namespace ?? "", Name ?? "", Uid ?? "");
    }

    private void ReadAnnotations(ref FieldReader fields)
    {
        if (!fields.BeginObject())
        {
            return;
        }

        while (fields.NextMember())
        {
            if (fields.Is("kubernetes.io/config.hash"u8) && !fields.IsTooLong(LongestHash))
            {
                ManifestHash = fields.Text(LongestHash);
            }
            else
            {
                fields.Skip();
            }
        }
    }

    private static IReadOnlyList<KeyValuePair<string, string>> ReadLabels(
        ref FieldReader fields,
        ReaderContext context
    )
    {
        var labels = context.LabelBuffer;
        labels.Clear();
        if (!fields.BeginObject())
        {
            return [];
        }

        while (fields.NextMember())
        {
            // Where a node has hundreds of labels, its zone is still among those that are kept.
            var fits = labels.Count < MostLabels || IsTopology(ref fields);
            if (!fits || fields.CurrentLength > LongestLabelKey)
            {
                context.Ignore();
                fields.Skip();
                continue;
            }

            var key = fields.Current(context.Strings);
            if (fields.IsTooLong(LongestLabelValue))
            {
                context.Ignore();
                fields.Skip();
            }
            else if (fields.Text(LongestLabelValue, context.Strings) is { } value)
            {
                if (FieldReader.IsPrintable(key) && FieldReader.IsPrintable(value))
                {
                    Set(labels, key, value);
                }
                else
                {
                    context.Ignore();
                }
            }
        }

        return context.Share(labels);
    }

    // The last of duplicates counts, as with every decoder of Kubernetes.
    private static void Set(List<KeyValuePair<string, string>> labels, string key, string value)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i].Key == key)
            {
                labels[i] = new KeyValuePair<string, string>(key, value);
                return;
            }
        }

        labels.Add(new KeyValuePair<string, string>(key, value));
    }

    private static bool IsTopology(ref FieldReader fields) =>
        fields.Is("topology.kubernetes.io/zone"u8)
        || fields.Is("topology.kubernetes.io/region"u8)
        || fields.Is("failure-domain.beta.kubernetes.io/zone"u8);

    private static OwnerReference? ReadOwners(ref FieldReader fields, ReaderContext context)
    {
        OwnerReference? found = null;
        if (!fields.BeginArray())
        {
            return null;
        }

        while (fields.NextItem())
        {
            found = ReadOwner(ref fields, context) ?? found;
        }

        return found;
    }

    private static OwnerReference? ReadOwner(ref FieldReader fields, ReaderContext context)
    {
        string? apiVersion = null;
        string? kind = null;
        string? name = null;
        string? uid = null;
        var controls = false;
        if (!fields.BeginObject())
        {
            return null;
        }

        while (fields.NextMember())
        {
            if (fields.Is("apiVersion"u8))
            {
                apiVersion = fields.Name(context.Strings);
            }
            else if (fields.Is("kind"u8))
            {
                kind = fields.Name(context.Strings);
            }
            else if (fields.Is("name"u8))
            {
                name = fields.Name(context.Strings);
            }
            else if (fields.Is("uid"u8))
            {
                uid = fields.Name(context.Strings);
            }
            else if (fields.Is("controller"u8))
            {
                controls = fields.Truth() ?? false;
            }
            else
            {
                fields.Skip();
            }
        }

        return controls && !string.IsNullOrEmpty(kind) && !string.IsNullOrEmpty(name)
            ? context.Share(apiVersion ?? "", kind, name, uid ?? "")
            : null;
    }
}
