using NetMon.Core.Detections.Events;

namespace NetMon.Core.Detections.Workloads;

/// <summary>Finds workloads that send or receive, in the running hour, far more than in like hours before.</summary>
internal sealed class VolumeAnomalies(VolumeSettings settings, IncidentBook book)
{
    /// <summary>Looks at a workload. As soon as an hour is over the limit, however young.</summary>
    /// <param name="state">The workload.</param>
    /// <param name="hour">Hours of the Unix epoch.</param>
    /// <param name="nowNs">CLOCK_MONOTONIC.</param>
    public void Look(WorkloadState state, long hour, ulong nowNs)
    {
        Look(state, state.Sent, "egress", hour, nowNs);
        Look(state, state.Received, "ingress", hour, nowNs);
    }

    private void Look(WorkloadState state, HourlyVolumes? volumes, string direction, long hour, ulong nowNs)
    {
        if (volumes is null)
        {
            return;
        }

        volumes.Advance(hour);
        if (volumes.Current <= settings.MinBytes || volumes.Known < settings.Hours || state.IsIgnored)
        {
            return;
        }

        var samples = volumes.Judge(settings, out var normal, out var limit);
        limit = Math.Max(limit, settings.MinBytes);
        if (samples > 0 && volumes.Current > limit)
        {
            Report(state, direction, volumes.Current, (normal, limit, samples), nowNs);
        }
    }

    private void Report(
        WorkloadState state,
        string direction,
        long bytes,
        (long Normal, long Limit, int Samples) like,
        ulong nowNs
    )
    {
        var sends = direction == "egress";
        var key = new IncidentKey(DetectionType.VolumeAnomaly, default, sends ? 1ul : 0, state.Workload);
        var figures = new SecurityEvidence
        {
            Direction = direction,
            Bytes = bytes,
            NormalBytes = like.Normal,
            LimitBytes = like.Limit,
            Samples = like.Samples,
        };
        var text =
            $"{state.Workload} {(sends ? "sent" : "received")} {bytes} bytes in this hour; in like hours {like.Normal}";
        if (book.TryGet(in key, out var open))
        {
            var incident = (FigureIncident)open;
            if (incident.Figures.Bytes != bytes)
            {
                (incident.Text, incident.Figures) = (text, figures);
                IncidentBook.Touch(incident, nowNs);
            }

            return;
        }

        book.TryBegin(
            in key,
            new FigureIncident
            {
                Type = DetectionType.VolumeAnomaly,
                Severity = DetectionSeverity.Medium,
                SinceNs = nowNs,
                Source = new(Address: null, 0, state.Endpoint),
                Text = text,
                Figures = figures,
                PatienceNs = Nanoseconds.Hour,
            },
            nowNs
        );
    }
}
