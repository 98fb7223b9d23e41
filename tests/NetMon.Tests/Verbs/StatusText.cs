using System.Globalization;

namespace NetMon.Tests.Verbs;

/// <summary>Answers of <c>/api/v1/status</c>.</summary>
internal static class StatusText
{
    public static string Of(bool ready = true, int troubles = 0, int losses = 0, bool cluster = true)
    {
        var reasons = string.Join(
            ',',
            Enumerable.Range(0, troubles).Select(i => $"\"cannot observe eth{i}: {new string('x', 200)}\"")
        );
        var lost = string.Join(
            ',',
            Enumerable
                .Range(0, 12)
                .Select(i =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $$"""{"metric":"netmon_lost{{i}}_total","what":"things of kind {{i}}","count":{{(i < losses ? 7 : 0)}}}"""
                    )
                )
        );
        var cluster_ = cluster
            ? """{"mode":"kubernetes","server":"https://10.96.0.1/","access":"in-cluster","synced":true,"age_seconds":4.5,"pods":120,"services":14,"nodes":3,"troubles":[]}"""
            : """{"mode":"standalone"}""";
        return $$$"""
            {"time":"2026-03-01T12:00:00Z","version":"0.1.0","commit":"0123456789abcdef","node":"node-1","pid":4711,"kernel":"6.12.0",
             "started":"2026-03-01T08:48:00Z","uptime_seconds":11520,
             "health":{"ready":{{{(ready ? "true" : "false")}}},"reasons":[{{{reasons}}}]},
             "features":[{"name":"drops","status":"on"},{"name":"sockets","status":"degraded","reason":"no cgroup"},{"name":"detections","status":"off"}],
             "interfaces":{"observed":12,"pod":10,"uplink":2,"other":0,"failed":[]},
             "rates":{"window_seconds":10.2,"packets":1234,"bytes":1500000,"flows":12,"drops":0},
             "totals":{"packets":123456789,"bytes":98765432100,"flows":4242,"drops":5},
             "flows":{"active":4000,"max":262144,"waiting":0},
             "losses":[{{{lost}}}],
             "cluster":{{{cluster_}}},
             "sampling_rate":1,
             "state":{"directory":"/run/netmon","bpf_directory":"/sys/fs/bpf/netmon"},
             "resources":{"memory_bytes":112000000,"managed_bytes":24000000,"map_memory_bytes":61000000,"cpu_percent":1.3,"cpu_seconds":99.5,"open_files":80}}
            """;
    }
}
