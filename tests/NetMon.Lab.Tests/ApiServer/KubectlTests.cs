using System.Diagnostics;
using System.Text.Json.Nodes;
using NetMon.Lab.ApiServer;
using NetMon.Lab.Machines;
using NetMon.Testing.Lab;
using NetMon.Testing.Namespaces;

namespace NetMon.Lab.Tests.ApiServer;

/// <summary>The real kubectl is content with it.</summary>
public sealed class KubectlTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("netmon-kubectl-").FullName;
    private KubeApiServer _server = null!;

    private string Config => Path.Combine(_folder, "kubeconfig");

    public async Task InitializeAsync()
    {
        _server = await KubeApiServer.StartAsync(new() { PodShutdown = TimeSpan.FromMilliseconds(20) });
        await File.WriteAllTextAsync(Config, _server.Kubeconfig);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SkippableFact]
    public void It_lists_and_reads_objects()
    {
        RequireKubectl();
        _server.Apply(ApiClient.Pod("a"));
        Assert.Equal("pod/a\n", Kubectl("get", "pods", "-n", "shop", "-o", "name"));
        Assert.Contains("shop", Kubectl("get", "pods", "-A"));
        var pod = JsonNode.Parse(Kubectl("get", "pod", "a", "-n", "shop", "-o", "json"));
        Assert.Equal("10.1.0.5", (string?)pod!["status"]!["podIP"]);
    }

    [SkippableFact]
    public void It_takes_pages()
    {
        RequireKubectl();
        for (var index = 0; index < 25; index++)
        {
            _server.Apply(ApiClient.Pod($"p{index:00}"));
        }

        var names = Kubectl("get", "pods", "-n", "shop", "-o", "name", "--chunk-size=10");
        Assert.Equal(25, names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(3, _server.Log.Requests.Count(request => request.Verb == "list"));
    }

    [SkippableFact]
    public void It_creates_replaces_applies_and_deletes()
    {
        RequireKubectl();
        var file = Path.Combine(_folder, "pod.json");
        var pod = ApiClient.Pod("a");
        File.WriteAllText(file, pod.ToJsonString());
        Kubectl("create", "--validate=false", "-f", file);
        pod["metadata"]!["labels"]!["app"] = "replaced";
        File.WriteAllText(file, pod.ToJsonString());
        Kubectl("replace", "--validate=false", "-f", file);
        Assert.Equal("replaced", Label("app"));
        pod["metadata"]!["labels"]!["app"] = "applied";
        File.WriteAllText(file, pod.ToJsonString());
        Kubectl("apply", "--validate=false", "-f", file);
        Assert.Equal("applied", Label("app"));
        Kubectl("label", "pod", "a", "-n", "shop", "more=yes");
        Assert.Equal("yes", Label("more"));
        Kubectl("delete", "pod", "a", "-n", "shop");
        Assert.Null(_server.Get("pods", "shop", "a"));
    }

    [SkippableFact]
    public void It_watches_a_pod_die_in_the_steps_of_a_kubelet()
    {
        RequireKubectl();
        _server.Apply(ApiClient.Pod("a"));
        using var watch = LabProcess.Start(
            "kubectl",
            [
                "--kubeconfig",
                Config,
                "--cache-dir",
                _folder,
                "get",
                "pods",
                "-n",
                "shop",
                "--watch",
                "--output-watch-events",
                "-o",
                "jsonpath={.type} {.object.metadata.deletionGracePeriodSeconds} {.object.status.phase}{'\\n'}",
            ]
        );
        watch.WaitForText("ADDED  Running");
        Kubectl("delete", "pod", "a", "-n", "shop", "--grace-period=7");
        watch.WaitForText("DELETED");
        Assert.Equal(
            ["ADDED  Running", "MODIFIED 7 Running", "MODIFIED 7 Succeeded", "DELETED 7 Succeeded"],
            watch.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        );
    }

    [SkippableFact]
    public void It_comes_in_by_a_client_certificate()
    {
        RequireKubectl();
        File.WriteAllText(Config, _server.KubeconfigOfUser("alice", "system:masters"));
        Assert.Equal("", Kubectl("get", "pods", "-n", "shop", "-o", "name"));
    }

    [SkippableFact]
    public void Curl_and_openssl_agree_on_the_certificate_and_on_HTTP_2()
    {
        Skip.IfNot(Command.Exists("curl") && Command.Exists("openssl"), "curl or openssl is not installed");
        var authority = Path.Combine(_folder, "ca.pem");
        File.WriteAllText(authority, _server.CertificateAuthority);
        string Curl(params string[] options) =>
            Command.Run(
                "curl",
                [
                    "-sS",
                    "--cacert",
                    authority,
                    "-H",
                    $"Authorization: Bearer {_server.Token}",
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{http_code} %{http_version}",
                    .. options,
                    $"{_server.Url}api/v1/pods",
                ]
            );
        Assert.Equal("200 2", Curl("--http2"));
        Assert.Equal("200 1.1", Curl("--http1.1"));
        var shown = Command.Run(
            "openssl",
            "s_client",
            "-connect",
            _server.Addresses[0].ToString(),
            "-CAfile",
            authority,
            "-servername",
            "kubernetes.default.svc",
            "-verify_hostname",
            "kubernetes.default.svc",
            "-verify_return_error"
        );
        Assert.Contains("Verify return code: 0 (ok)", shown);
    }

    private static void RequireKubectl() =>
        Skip.IfNot(Command.Exists("kubectl"), "kubectl is not installed (Debian: kubernetes-client)");

    private string Kubectl(params string[] arguments) =>
        Command.Run("kubectl", ["--kubeconfig", Config, "--cache-dir", _folder, .. arguments]);

    private string? Label(string name) =>
        (string?)_server.Get("pods", "shop", "a")!["metadata"]!["labels"]![name];
}
