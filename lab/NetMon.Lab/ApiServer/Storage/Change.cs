namespace NetMon.Lab.ApiServer.Storage;

internal enum ChangeKind
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One step of a resource's history.</summary>
/// <param name="Object">As it is after the change; of a deletion, as it was last, with the deletion's version.</param>
/// <param name="Before">As it was before; null if it was not.</param>
internal sealed record Change(ChangeKind Kind, StoredObject Object, StoredObject? Before)
{
    public ulong Version => Object.ResourceVersion;
}
