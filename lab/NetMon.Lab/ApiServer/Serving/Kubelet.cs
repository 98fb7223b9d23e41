using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer.Objects;
using NetMon.Lab.ApiServer.Resources;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Serving;

/// <summary>Ends deleted pods as a node's kubelet does: MODIFIED (deletionTimestamp), MODIFIED (terminated), DELETED.</summary>
internal sealed class Kubelet(ObjectStore store, TimeSpan? shutdown, TimeProvider time)
{
    private static readonly ResourceType Pods = ResourceTable.Named("pods");

    /// <param name="grace">Seconds; null: the pod's own.</param>
    /// <returns>The pod that is ending; null if it can go at once.</returns>
    public StoredObject? BeginShutdown(StoredObject pod, int? grace)
    {
        var item = ObjectEndpoint.Parse(Pods, pod);
        var seconds = grace ?? item["spec"]?["terminationGracePeriodSeconds"]?.GetValue<int>() ?? 30;
        // No kubelet has it, or none has to wait.
        if (seconds == 0 || pod.Fields.Node.Length == 0 || pod.Fields.Phase is "Succeeded" or "Failed")
        {
            return null;
        }

        if (item.Text("metadata", "deletionTimestamp").Length > 0)
        {
            return pod;
        }

        PodLife.MarkDeleted(item, time.GetUtcNow(), TimeSpan.FromSeconds(seconds));
        var ending = store.Put(Pods, item);
        if (shutdown is { } delay)
        {
            _ = EndAsync(item, ending, delay);
        }

        return ending;
    }

    private async Task EndAsync(JsonObject item, StoredObject ending, TimeSpan delay)
    {
        await Task.Delay(delay, time);
        var now = store.Find(Pods, ending.Namespace, ending.Name);
        if (now?.Uid != ending.Uid)
        {
            return;
        }

        PodLife.Terminate(item, time.GetUtcNow());
        store.Put(Pods, item);
        store.Delete(Pods, ending.Namespace, ending.Name);
    }
}
