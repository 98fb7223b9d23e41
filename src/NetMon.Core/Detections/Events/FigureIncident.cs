namespace NetMon.Core.Detections.Events;

/// <summary>An incident whose detection writes its sentence and figures anew when they change.</summary>
internal sealed class FigureIncident : Incident
{
    public required string Text { get; set; }

    public required SecurityEvidence Figures { get; set; }

    public override string What() => Text;

    public override SecurityEvidence Evidence() => Figures;
}
