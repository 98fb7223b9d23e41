using System.Runtime.InteropServices;
using NetMon.Core.Endpoints;

namespace NetMon.Kubernetes.Cluster;

/// <summary>One object for each workload, that knows whether anything of it is left. Under the model's lock.</summary>
internal sealed class WorkloadPool
{
    /// <summary>A workload that is gone comes back as the same object within this time, so that its series go on.</summary>
    private const long KeepNs = 3600L * 1_000_000_000;

    private readonly Dictionary<Key, Use> _workloads = [];
    private readonly Queue<(Key Key, long Since)> _gone = [];

    /// <summary>Workloads that something belongs to.</summary>
    public int InUse { get; private set; }

    /// <summary>The workload, with one more user.</summary>
    public Workload Acquire(string ns, string kind, string name)
    {
        ref var use = ref CollectionsMarshal.GetValueRefOrAddDefault(
            _workloads,
            new Key(ns, kind, name),
            out _
        );
        use ??= new Use(new Workload(ns, kind, name));
        if (use.Users++ == 0)
        {
            use.Workload.IsGone = false;
            InUse++;
        }

        return use.Workload;
    }

    public void Release(Workload workload, long now)
    {
        var key = new Key(workload.Namespace, workload.Kind, workload.Name);
        if (!_workloads.TryGetValue(key, out var use) || --use.Users > 0)
        {
            return;
        }

        InUse--;
        workload.IsGone = true;
        use.GoneSince = now;
        _gone.Enqueue((key, now));
    }

    public void Forget(long now)
    {
        while (_gone.TryPeek(out var gone) && gone.Since + KeepNs <= now)
        {
            _gone.Dequeue();
            if (
                _workloads.TryGetValue(gone.Key, out var use)
                && use.Users == 0
                && use.GoneSince == gone.Since
            )
            {
                _workloads.Remove(gone.Key);
            }
        }
    }

    private readonly record struct Key(string Namespace, string Kind, string Name);

    private sealed class Use(Workload workload)
    {
        public int Users;
        public long GoneSince;

        public Workload Workload { get; } = workload;
    }
}
