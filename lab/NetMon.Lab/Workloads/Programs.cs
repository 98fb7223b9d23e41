using System.Net;
using System.Security.Cryptography;
using NetMon.Lab.Cluster;
using NetMon.Lab.Machines;
using NetMon.Lab.Network;
using NetMon.Lab.Pods;

namespace NetMon.Lab.Workloads;

/// <summary>The real programs behind an application's pods, and outside of the cluster.</summary>
internal sealed class Programs(LabCluster cluster)
{
    public const int WebPort = 8080;
    public const int CartPort = 6379;
    public const int DnsPort = 53;
    private const int PictureBytes = 200_000;
    private const string Nowhere = "/dev/null";

    /// <summary>Runs commands over and over, with a short pause.</summary>
    public static void Loop(LabPod pod, string commands) =>
        pod.Start(Nowhere, "sh", ["-c", LoopOf(commands)]);

    public void ServeWeb(LabPod pod) => Nginx(pod.Name, WebPort, pod.Start);

    public void ServeCart(LabPod pod) =>
        pod.Start(
            Nowhere,
            "redis-server",
            [
                "--port",
                $"{CartPort}",
                "--bind",
                "*",
                "-::*",
                "--protected-mode",
                "no",
                "--save",
                "",
                "--dir",
                Directory.CreateDirectory(Path.Combine(cluster.Folder, pod.Name)).FullName,
            ]
        );

    /// <summary>The cluster's DNS; of other names it knows one.</summary>
    public static void ServeNames(LabPod pod, IReadOnlyList<(string Name, IPAddress Address)> names) =>
        pod.Start(
            Nowhere,
            "dnsmasq",
            [
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--pid-file=",
                "--user=root",
                "--no-resolv",
                "--no-hosts",
                "--port",
                $"{DnsPort}",
                "--local=/cluster.local/",
                .. names
                    .Append(("api.example.com", AddressPlan.ExternalV4[0]))
                    .Append(("api.example.com", AddressPlan.ExternalV6[0]))
                    .Select(each => $"--host-record={each.Item1},{each.Item2}"),
            ]
        );

    /// <summary>A web server outside.</summary>
    public void ServeWorld() =>
        Nginx(
            "outside",
            80,
            (log, program, arguments) =>
                new LabProgram
                {
                    Namespace = cluster.Outside,
                    Cgroup = cluster.OthersCgroup,
                    Log = log,
                }.Start(program, arguments)
        );

    /// <summary>Clients outside.</summary>
    public void Visit(params IEnumerable<string> urls) =>
        cluster.Start(
            cluster.Outside,
            "sh",
            "-c",
            LoopOf(string.Join('\n', urls.Select(url => $"curl -s -o /dev/null --max-time 3 '{url}'")))
        );

    private static string LoopOf(string commands) =>
        $"while :; do\n{commands}\nsleep 1\ndone >{Nowhere} 2>&1";

    private void Nginx(string name, int port, Func<string?, string, IEnumerable<string>, LabProcess> start)
    {
        var folder = Directory.CreateDirectory(Path.Combine(cluster.Folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "index.html"), "<h1>Shop</h1>\n");
        File.WriteAllText(Path.Combine(folder, "healthz"), "ok\n");
        File.WriteAllBytes(Path.Combine(folder, "picture"), RandomNumberGenerator.GetBytes(PictureBytes));
        var settings = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(
            settings,
            $$"""
            daemon off;
            user root;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log {{Nowhere}};
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path {{folder}}/body;
                proxy_temp_path {{folder}}/proxy;
                fastcgi_temp_path {{folder}}/fastcgi;
                uwsgi_temp_path {{folder}}/uwsgi;
                scgi_temp_path {{folder}}/scgi;
                server { listen {{port}}; listen [::]:{{port}}; root {{folder}}; }
            }
            """
        );
        start(Nowhere, "nginx", ["-c", settings, "-e", Nowhere]);
    }
}
