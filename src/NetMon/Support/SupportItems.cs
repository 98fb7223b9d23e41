using System.Buffers;
using System.Text;
using System.Text.Json;
using NetMon.Bpf.Probing;
using NetMon.Configuration;
using NetMon.Core.Diagnosis;
using NetMon.Verbs;

namespace NetMon.Support;

/// <summary>Everything that a bundle holds.</summary>
internal static class SupportItems
{
    private const string Config = "agent/config.json";

    public static IReadOnlyList<SupportItem> All { get; } =
    [
        new("version.txt", _ => VersionVerb.Describe()),
        new("doctor.txt", scene => Describe(scene.Findings)),
        new("doctor.json", scene => Json(json => FindingJson.Write(json, scene.Findings))),
        SupportItem.OfAgent(Config, "/api/v1/config"),
        SupportItem.OfAgent("agent/status.json", "/api/v1/status"),
        SupportItem.OfAgent("agent/stats-flows.json", "/api/v1/stats?about=flows"),
        SupportItem.OfAgent("agent/stats-bpf.json", "/api/v1/stats?about=bpf"),
        SupportItem.OfAgent("agent/stats-kubernetes.json", "/api/v1/stats?about=kubernetes"),
        SupportItem.OfAgent("agent/stats-memory.json", "/api/v1/stats?about=memory"),
        SupportItem.OfAgent("agent/metrics.txt", "/metrics"),
        SupportItem.OfAgent("agent/readyz.json", "/readyz"),
        new("agent/log.txt", AgentLogText.ReadAsync),
        new("config-given.txt", scene => GivenSettings(scene)),
        new("bpf/programs.json", _ => Json(KernelObjects.WritePrograms)),
        new("bpf/maps.json", _ => Json(KernelObjects.WriteMaps)),
        new("bpf/links.json", _ => Json(KernelObjects.WriteLinks)),
        new("bpf/interfaces.json", _ => Json(KernelObjects.WriteAttached)),
        new("bpf/pins.txt", scene => FileList.Describe(scene.Options.State.BpfDirectory)),
        new("host/state.txt", scene => FileList.Describe(scene.Options.State.Directory)),
        new("host/interfaces.json", _ => Json(KernelObjects.WriteInterfaces)),
        new("host/routes.txt", scene => HostText.Routes(scene.Paths)),
        new("host/kernel.txt", scene => HostText.Kernel(scene.Paths)),
        new("host/sysctl.txt", scene => HostText.Settings(scene.Paths)),
        new("host/mounts.txt", scene => HostText.Mounts(scene.Paths)),
        new("host/memory.txt", scene => HostText.Memory(scene.Paths)),
    ];

    private static string Describe(IReadOnlyList<Finding> findings)
    {
        var text = new StringBuilder();
        foreach (var finding in findings)
        {
            text.Append(finding.Word).Append("  ").Append(finding.Check).Append(": ").Append(finding.Found);
            text.Append(finding.Advice.Length > 0 ? $"\n      -> {finding.Advice}\n" : "\n");
        }

        return text.ToString();
    }

    /// <summary>What this command's own flags and file come to: all that is known where no agent runs.</summary>
    private static string GivenSettings(SupportScene scene)
    {
        var text = new StringBuilder("# as given to this command by --config and flags, and the defaults\n");
        foreach (var setting in SettingTable.All)
        {
            text.Append(setting.Key).Append(": ").Append(setting.Write(scene.Options)).Append('\n');
        }

        return text.ToString();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Indented = true }))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(body.WrittenSpan);
    }
}
