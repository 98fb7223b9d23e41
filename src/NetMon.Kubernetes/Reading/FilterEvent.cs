namespace NetMon.Kubernetes.Reading;

/// <summary>What <see cref="JsonFilter"/> came to.</summary>
internal enum FilterEvent
{
    /// <summary>All of the input was taken.</summary>
    NeedsInput,

    /// <summary>An element of the array that splits is complete.</summary>
    Item,

    /// <summary>A whole text is complete.</summary>
    Document,

    /// <summary>What comes is not JSON. There is no going on.</summary>
    Invalid,
}
