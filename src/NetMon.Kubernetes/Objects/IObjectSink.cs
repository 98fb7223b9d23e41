namespace NetMon.Kubernetes.Objects;

/// <summary>Takes the objects of one resource, in the order in which the API server told them. One caller at a time.</summary>
/// <remarks>
/// <code>
///   BeginList, Apply*, EndList      everything that there is: what was there before and is not among it is gone;
///                                   a Delete in between is of what was deleted meanwhile
///   Apply, Delete                   a change
///   AbortList                       the list broke off: what was applied stands, nothing else is gone
/// </code>
/// </remarks>
public interface IObjectSink<in T>
    where T : class
{
    void BeginList();

    /// <summary>An object as it is now.</summary>
    void Apply(T item);

    /// <summary>An object that is gone, as it was last.</summary>
    void Delete(T item);

    void EndList();

    void AbortList();
}
