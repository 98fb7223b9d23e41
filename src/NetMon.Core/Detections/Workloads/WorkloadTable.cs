using NetMon.Core.Endpoints;

namespace NetMon.Core.Detections.Workloads;

/// <summary>The workloads of this node that something is remembered of, a bounded number of them.</summary>
internal sealed class WorkloadTable(DetectionSettings settings, IgnoredSources ignored)
{
    /// <summary>Workloads at once: some 2 KiB each.</summary>
    public const int MaxWorkloads = 1024;

    /// <summary>Of what is gone nothing is remembered longer.</summary>
    private const ulong ForgetNs = 24 * Nanoseconds.Hour;

    private readonly Dictionary<Workload, WorkloadState> _states = [];
    private readonly List<Workload> _gone = [];
    private IgnoredSources _ignored = ignored;

    public int Count => _states.Count;

    /// <summary>Sightings of workloads that there was no room for.</summary>
    public long Unknown { get; private set; }

    public IEnumerable<WorkloadState> All => _states.Values;

    /// <returns>Null if there is no room.</returns>
    public WorkloadState? Find(Endpoint endpoint, ulong nowNs)
    {
        if (!_states.TryGetValue(endpoint.Workload, out var state))
        {
            if (_states.Count >= MaxWorkloads)
            {
                Unknown++;
                return null;
            }

            state = new WorkloadState(endpoint.Workload, nowNs)
            {
                IsIgnored = _ignored.Contains(endpoint.Workload),
                Rates = settings.ConnectionStorm.Enabled ? new RateHistory() : null,
                Networks = settings.FirstContact.Enabled ? new KnownNetworks() : null,
                Sent = settings.Volume.Enabled ? new HourlyVolumes() : null,
                Received = settings.Volume.Enabled ? new HourlyVolumes() : null,
            };
            _states.Add(endpoint.Workload, state);
        }

        state.Endpoint = endpoint;
        state.LastNs = Math.Max(state.LastNs, nowNs);
        return state;
    }

    /// <summary>From now on nothing is said of others.</summary>
    public void Ignore(IgnoredSources sources)
    {
        _ignored = sources;
        foreach (var (workload, state) in _states)
        {
            state.IsIgnored = sources.Contains(workload);
        }
    }

    /// <summary>Forgets what is gone. To be called now and then.</summary>
    public void Tidy(ulong nowNs)
    {
        foreach (var (workload, state) in _states)
        {
            if (nowNs > state.LastNs + ForgetNs && (workload.IsGone || _states.Count > MaxWorkloads / 2))
            {
                _gone.Add(workload);
            }
        }

        foreach (var workload in _gone)
        {
            _states.Remove(workload);
        }

        _gone.Clear();
    }
}
