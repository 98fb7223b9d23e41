namespace NetMon.Core.Flows;

public enum FlowEventKind : byte
{
    Open,
    Update,
    Close,
    End,
}

/// <summary>One step of a flow: the flow after it, and the counts since the step before.</summary>
public struct FlowEvent
{
    public FlowEventKind Kind;
    public Flow Flow;
    public FlowCounts Delta;
}
