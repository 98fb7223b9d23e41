using System.Diagnostics.CodeAnalysis;

namespace NetMon.Core.Detections.Events;

/// <summary>The incidents that go on: each is told when it begins, now and then while it goes on, and when nothing came for a while.</summary>
internal sealed class IncidentBook(ulong quietNs, Action<SecurityEvent> tell)
{
    /// <summary>Incidents at once: some kilobytes each.</summary>
    public const int MaxOpen = 256;

    /// <summary>Between two words about the same: as long as it is old, from the first figure to the second.</summary>
    private const ulong ShortestUpdateNs = Nanoseconds.Second;
    private const ulong LongestUpdateNs = 10 * Nanoseconds.Second;

    private readonly Dictionary<IncidentKey, Incident> _open = [];
    private readonly List<IncidentKey> _over = [];
    private long _lastId;

    /// <summary>An incident is over when nothing new came for so long.</summary>
    public ulong QuietNs { get; set; } = quietNs;

    public int OpenCount => _open.Count;

    /// <summary>Incidents that were not told because there were too many.</summary>
    public long Suppressed { get; private set; }

    public bool TryGet(in IncidentKey key, [NotNullWhen(true)] out Incident? incident) =>
        _open.TryGetValue(key, out incident);

    /// <summary>Something new of an incident that goes on.</summary>
    public static void Touch(Incident incident, ulong nowNs)
    {
        incident.LastNs = Math.Max(incident.LastNs, nowNs);
        incident.IsDirty = true;
    }

    /// <returns>False if there are too many.</returns>
    public bool TryBegin(in IncidentKey key, Incident incident, ulong nowNs)
    {
        if (_open.Count >= MaxOpen)
        {
            Suppressed++;
            return false;
        }

        incident.Id = ++_lastId;
        incident.LastNs = Math.Max(incident.LastNs, nowNs);
        (incident.BegunNs, incident.ToldNs) = (nowNs, nowNs);
        _open.Add(key, incident);
        tell(incident.Snapshot(SecurityEventStep.Begin));
        return true;
    }

    /// <summary>Tells of something that is over as soon as it is known.</summary>
    public void TellOnce(Incident incident, ulong nowNs)
    {
        incident.Id = ++_lastId;
        incident.LastNs = nowNs;
        tell(incident.Snapshot(SecurityEventStep.Begin));
        tell(incident.Snapshot(SecurityEventStep.End));
    }

    /// <summary>Ends one now.</summary>
    public void End(in IncidentKey key)
    {
        if (_open.Remove(key, out var incident))
        {
            tell(incident.Snapshot(SecurityEventStep.End));
        }
    }

    /// <summary>To be called about once a second.</summary>
    public void Tick(ulong nowNs)
    {
        foreach (var (key, incident) in _open)
        {
            if (nowNs >= incident.LastNs + Math.Max(QuietNs, incident.PatienceNs))
            {
                _over.Add(key);
            }
            else if (incident.IsDirty && nowNs >= incident.ToldNs + PauseOf(incident))
            {
                incident.IsDirty = false;
                incident.ToldNs = nowNs;
                tell(incident.Snapshot(SecurityEventStep.Update));
            }
        }

        foreach (var key in _over)
        {
            End(in key);
        }

        _over.Clear();
    }

    private static ulong PauseOf(Incident incident) =>
        Math.Clamp(incident.ToldNs - incident.BegunNs, ShortestUpdateNs, LongestUpdateNs);
}
