using NetMon.Kubernetes.Objects;

namespace NetMon.Kubernetes.Reading;

/// <summary>Resources of which the metadata alone is read: namespaces (v1), and what owns pods without being what a person knows: ReplicaSets (apps/v1), Jobs (batch/v1).</summary>
internal static class MetadataReader
{
    public static FieldTree NamespaceFields { get; } = FieldTree.Of("metadata name", "metadata uid");

    public static FieldTree OwnerFields { get; } =
        FieldTree.Of(
            "metadata name",
            "metadata namespace",
            "metadata uid",
            "metadata ownerReferences apiVersion",
            "metadata ownerReferences kind",
            "metadata ownerReferences name",
            "metadata ownerReferences uid",
            "metadata ownerReferences controller"
        );

    public static NamespaceObject? ReadNamespace(ref FieldReader fields, ReaderContext context)
    {
        var metadata = Read(ref fields, context);
        return new NamespaceObject(metadata.Id(ref fields));
    }

    public static OwnerObject? ReadReplicaSet(ref FieldReader fields, ReaderContext context) =>
        ReadOwner("ReplicaSet", ref fields, context);

    public static OwnerObject? ReadJob(ref FieldReader fields, ReaderContext context) =>
        ReadOwner("Job", ref fields, context);

    private static OwnerObject? ReadOwner(string kind, ref FieldReader fields, ReaderContext context)
    {
        var metadata = Read(ref fields, context);
        return new OwnerObject(metadata.Id(ref fields), kind, metadata.Owner);
    }

    private static ObjectMetadata Read(ref FieldReader fields, ReaderContext context)
    {
        var metadata = default(ObjectMetadata);
        if (fields.BeginObject())
        {
            while (fields.NextMember())
            {
                if (fields.Is("metadata"u8))
                {
                    metadata.Read(ref fields, context);
                }
                else
                {
                    fields.Skip();
                }
            }
        }

        return metadata;
    }
}
