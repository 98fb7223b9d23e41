using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer.Storage;

namespace NetMon.Lab.ApiServer.Objects;

/// <summary>The steps of a pod's life, as the scheduler and a kubelet write them into it. Times are whole seconds, as Kubernetes has them.</summary>
public static class PodLife
{
    /// <summary>It was given to a node, and has no address yet.</summary>
    public static void Schedule(JsonObject pod, string node, DateTimeOffset now)
    {
        Part(pod, "spec")["nodeName"] = node;
        var status = Part(pod, "status");
        status["phase"] = "Pending";
        SetCondition(pod, "PodScheduled", true, now);
    }

    /// <summary>Its sandbox and containers run, and are ready.</summary>
    /// <param name="addresses">The first is <c>podIP</c>.</param>
    public static void Run(JsonObject pod, string hostIp, IReadOnlyList<string> addresses, DateTimeOffset now)
    {
        var status = Part(pod, "status");
        status["phase"] = "Running";
        status["hostIP"] = hostIp;
        status["hostIPs"] = new JsonArray(new JsonObject { ["ip"] = hostIp });
        status["podIP"] = addresses.Count > 0 ? addresses[0] : null;
        status["podIPs"] = new JsonArray([.. addresses.Select(ip => new JsonObject { ["ip"] = ip })]);
        status["startTime"] = Time(now);
        status["qosClass"] = "BestEffort";
        SetCondition(pod, "PodReadyToStartContainers", true, now);
        SetCondition(pod, "Initialized", true, now);
        SetCondition(pod, "Ready", true, now);
        SetCondition(pod, "ContainersReady", true, now);
        SetCondition(pod, "PodScheduled", true, now);
        status["containerStatuses"] = new JsonArray([.. Containers(pod).Select(item => Running(item, now))]);
    }

    /// <summary>Someone asked for its end.</summary>
    public static void MarkDeleted(JsonObject pod, DateTimeOffset now, TimeSpan grace)
    {
        var metadata = Part(pod, "metadata");
        metadata["deletionTimestamp"] = Time(now + grace);
        metadata["deletionGracePeriodSeconds"] = (int)grace.TotalSeconds;
    }

    /// <summary>Its containers have ended, all with that code.</summary>
    public static void Terminate(JsonObject pod, DateTimeOffset now, int exitCode = 0)
    {
        var status = Part(pod, "status");
        status["phase"] = exitCode == 0 ? "Succeeded" : "Failed";
        SetCondition(pod, "PodReadyToStartContainers", false, now);
        SetCondition(pod, "Ready", false, now);
        SetCondition(pod, "ContainersReady", false, now);
        foreach (var container in (status["containerStatuses"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var started = container["state"].Text("running", "startedAt");
            container["ready"] = false;
            container["started"] = false;
            container["state"] = new JsonObject
            {
                ["terminated"] = new JsonObject
                {
                    ["containerID"] = container.Text("containerID"),
                    ["exitCode"] = exitCode,
                    ["finishedAt"] = Time(now),
                    ["reason"] = exitCode == 0 ? "Completed" : "Error",
                    ["startedAt"] = started,
                },
            };
        }
    }

    /// <summary>RFC 3339 in whole seconds.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private static JsonObject Running(JsonObject container, DateTimeOffset now) =>
        new()
        {
            ["containerID"] = $"containerd://{Identifier()}",
            ["image"] = container.Text("image"),
            ["imageID"] = $"{container.Text("image")}@sha256:{Identifier()}",
            ["lastState"] = new JsonObject(),
            ["name"] = container.Text("name"),
            ["ready"] = true,
            ["restartCount"] = 0,
            ["started"] = true,
            ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(now) } },
        };

    private static void SetCondition(JsonObject pod, string type, bool holds, DateTimeOffset now)
    {
        var status = Part(pod, "status");
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        var word = holds ? "True" : "False";
        var condition = conditions.OfType<JsonObject>().FirstOrDefault(item => item.Text("type") == type);
        if (condition is null)
        {
            condition = new JsonObject { ["lastProbeTime"] = null, ["type"] = type };
            conditions.Add(condition);
        }

        if (condition.Text("status") != word)
        {
            condition["status"] = word;
            condition["lastTransitionTime"] = Time(now);
        }
    }

    private static IEnumerable<JsonObject> Containers(JsonObject pod) =>
        (pod["spec"]?["containers"] as JsonArray ?? []).OfType<JsonObject>();

    private static JsonObject Part(JsonObject pod, string name)
    {
        if (pod[name] is not JsonObject part)
        {
            pod[name] = part = [];
        }

        return part;
    }

    // 64 hexadecimal digits, as a container's or an image's.
    private static string Identifier() => $"{Guid.NewGuid():N}{Guid.NewGuid():N}";
}
