using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer;
using NetMon.Lab.ApiServer.Objects;

namespace NetMon.Lab.Pods;

/// <summary>Namespaces and controllers as the API server has them, each made when a pod first needs it; and names of their pods.</summary>
internal sealed class WorkloadObjects(KubeApiServer api)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _namespaces = new(StringComparer.Ordinal);
    private readonly Dictionary<LabWorkload, Owner> _owners = [];
    private readonly Dictionary<LabWorkload, int> _count = [];

    /// <summary>A new pod's owner, null if it has none, and its name.</summary>
    public (Owner? Owner, string Name) AddPod(LabWorkload workload)
    {
        lock (_lock)
        {
            AddNamespace(workload.Namespace);
            var number = _count[workload] = _count.GetValueOrDefault(workload, -1) + 1;
            if (workload.Kind == "Pod")
            {
                return (null, number == 0 ? workload.Name : $"{workload.Name}-{number}");
            }

            if (!_owners.TryGetValue(workload, out var owner))
            {
                _owners.Add(workload, owner = AddOwner(workload));
            }

            return (
                owner,
                workload.Kind == "StatefulSet" ? $"{owner.Name}-{number}" : $"{owner.Name}-{Suffix(number)}"
            );
        }
    }

    public void AddNamespace(string name)
    {
        lock (_lock)
        {
            if (_namespaces.Add(name))
            {
                api.Apply(ObjectBuilder.Namespace(name));
            }
        }
    }

    // Five letters, as the API server's generateName gives them: no vowels, so that no word comes out.
    private static string Suffix(int number)
    {
        const string Letters = "bcdfghjklmnpqrstvwxz2456789";
        var mixed = (uint)((number + 1) * 2654435761L % int.MaxValue);
        return string.Create(
            5,
            mixed,
            (letters, value) =>
            {
                foreach (ref var letter in letters)
                {
                    letter = Letters[(int)(value % Letters.Length)];
                    value /= (uint)Letters.Length;
                }
            }
        );
    }

    private Owner AddOwner(LabWorkload workload)
    {
        switch (workload.Kind)
        {
            case "Deployment":
                return Add("ReplicaSet", workload, $"{workload.Name}-6c7f9d8b5", Add(workload));
            case "CronJob":
                return Add("Job", workload, $"{workload.Name}-29012345", Add(workload));
            case "StatefulSet" or "DaemonSet" or "Job" or "ReplicaSet":
                return Add(workload);
            default:
                // The API server keeps no such kind; a pod may name it all the same.
                return new Owner("example.com/v1", workload.Kind, workload.Name, Guid.NewGuid().ToString());
        }
    }

    private Owner Add(LabWorkload workload) => Add(workload.Kind, workload, workload.Name, null);

    private Owner Add(string kind, LabWorkload workload, string name, Owner? owner)
    {
        JsonObject item = ObjectBuilder.Controller(kind, workload.Namespace, name, owner);
        api.Apply(item);
        return ObjectBuilder.OwnedBy(item);
    }
}
