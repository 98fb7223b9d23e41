using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using NetMon.Core.Diagnosis;
using NetMon.Support;
using NetMon.Terminal;
using NetMon.Testing;
using NetMon.Tests.Diagnosis;
using NetMon.Tests.Terminal;
using NetMon.Verbs;

namespace NetMon.Tests.Support;

/// <summary>The real verb, with an agent whose answers are full of what must not leave the machine.</summary>
public sealed class SupportBundleTests : IDisposable
{
    // None of these may be in a bundle, wherever it was.
    private static readonly string[] Planted =
    [
        "eyJhbGciOiJSUzI1NiIsImtpZCI6Ing.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLW9mLWl0",
        "hunter2-the-password",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
        "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVk",
        "s3cr3t-in-a-url",
        "0123456789abcdef-bearer",
    ];

    private static readonly string Leaks = $"""
        Authorization: Bearer {Planted[5]}
        token: {Planted[0]}
        password={Planted[1]}
        "password": "{Planted[1]}"
        -----BEGIN RSA PRIVATE KEY-----
        {Planted[2]}
        -----END RSA PRIVATE KEY-----
            client-key-data: {Planted[3]}
        proxy http://user:{Planted[4]}@proxy.example:3128/
        {Planted[0]}
        """;

    private readonly FakeHost _host = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("netmon-bundle").FullName;

    public void Dispose()
    {
        _host.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_holds_what_its_list_says_and_no_secret()
    {
        await using var agent = await StartAgentAsync();

        var (code, files, _) = await RunAsync(agent, "all.tar.gz");

        Assert.Equal(ExitCode.Ok, code);
        AssertNoSecrets(files);
        var listed = files[SupportBundle.Manifest]
            .Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(fields => fields[2], fields => (Hash: fields[0], Size: int.Parse(fields[1], null)));
        Assert.Equal(files.Keys.Where(name => name != SupportBundle.Manifest).Order(), listed.Keys.Order());
        foreach (var (name, (hash, size)) in listed)
        {
            var content = Encoding.UTF8.GetBytes(files[name]);
            Assert.Equal(size, content.Length);
            Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(content)));
        }

        string[] wanted =
        [
            "version.txt",
            "doctor.json",
            "agent/config.json",
            "agent/status.json",
            "agent/stats-bpf.json",
            "agent/metrics.txt",
            "agent/log.txt",
            "host/interfaces.json",
            "host/routes.txt",
            "host/kernel.txt",
        ];
        Assert.Empty(wanted.Except(files.Keys));
        Assert.Contains("10.9.8.7 is there", files["agent/log.txt"], StringComparison.Ordinal);
        Assert.StartsWith(
            "0.0.0.0/0 via 10.9.2.1 dev eth0",
            files["host/routes.txt"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Addresses_and_names_are_replaced_by_the_same_in_all_files()
    {
        await using var agent = await StartAgentAsync();

        var (_, files, _) = await RunAsync(agent, "other.tar.gz", "--anonymise-names");

        AssertNoSecrets(files);
        Assert.All(
            files.Values,
            text =>
            {
                Assert.DoesNotContain("10.9.8.7", text, StringComparison.Ordinal);
                Assert.DoesNotContain("fd09::7", text, StringComparison.Ordinal);
                Assert.DoesNotContain("checkout", text, StringComparison.Ordinal);
                Assert.DoesNotContain("web-7d4f8b9c", text, StringComparison.Ordinal);
                Assert.DoesNotContain("shop-eu", text, StringComparison.Ordinal);
                Assert.DoesNotContain("broken-pod", text, StringComparison.Ordinal);
            }
        );
        // The same name in words and in a label is the same other name.
        var workload = Find(files["agent/metrics.txt"], @"src_workload=""(name-[0-9a-f]+)""").Groups[1];
        Assert.Contains($"and {workload.Value}\n", files["agent/log.txt"], StringComparison.Ordinal);
        var words = Find(files["agent/log.txt"], @"lost (name-\w+)/(name-\w+); (name-\w+)/name-\w+ is back");
        Assert.True(words.Success, files["agent/log.txt"]);
        Assert.Equal(words.Groups[1].Value, words.Groups[3].Value);
        var inLog = files["agent/log.txt"]
            .Split(' ')
            .Single(word => word.StartsWith("10.", StringComparison.Ordinal));
        Assert.Contains(inLog, files["agent/metrics.txt"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_agent_it_holds_the_rest_and_says_what_is_missing()
    {
        // Nobody else may be given its port.
        var agent = await FakeAgent.StartAsync(FixedPort.Find());
        await agent.DisposeAsync();

        var (code, files, errors) = await RunAsync(agent, "alone.tar.gz");

        Assert.Equal(ExitCode.Ok, code);
        Assert.True(files.ContainsKey("host/interfaces.json"));
        Assert.False(files.ContainsKey("agent/metrics.txt"));
        Assert.Contains(
            "# missing: agent/metrics.txt: no agent answers",
            files[SupportBundle.Manifest],
            StringComparison.Ordinal
        );
        Assert.Contains("missing agent/metrics.txt", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_if_that_is_asked_for()
    {
        await using var agent = await StartAgentAsync();
        var path = Path.Combine(_folder, "mine.tar.gz");
        await File.WriteAllTextAsync(path, "precious");

        var output = new CapturedOutput();
        Assert.Equal(ExitCode.Failed, await InvokeAsync(agent, output, path));
        Assert.Contains("exists", output.Errors, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(path));

        Assert.Equal(ExitCode.Ok, await InvokeAsync(agent, new CapturedOutput(), path, "--force"));
        Assert.NotEmpty(Read(path));
        Assert.Equal(
            UnixFileMode.None,
            File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)
        );
    }

    private static Match Find(string text, string pattern) =>
        Regex.Match(text, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(30));

    private static void AssertNoSecrets(Dictionary<string, string> files)
    {
        foreach (var (name, text) in files)
        {
            foreach (var secret in Planted)
            {
                Assert.False(
                    text.Contains(secret, StringComparison.Ordinal),
                    $"{secret} is in {name}: {text}"
                );
            }
        }
    }

    private static async Task<FakeAgent> StartAgentAsync()
    {
        var agent = await FakeAgent.StartAsync();
        agent.List = context =>
            context.Response.WriteAsync(
                context.Request.Path.Value switch
                {
                    "/api/v1/doctor" => Json(json => FindingJson.Write(json, [Finding.Pass("x", Leaks)])),
                    "/api/v1/logs" => LogAnswer(),
                    "/api/v1/config" => Json(json => json.WriteStringValue(Leaks)),
                    _ =>
                        $"netmon_bytes_total{{src_ip=\"10.9.8.7\",dst_ip=\"fd09::7\",src_workload=\"checkout\"}} 1\n{Leaks}",
                }
            );
        return agent;
    }

    private static string LogAnswer() =>
        Json(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("dropped", 0);
            json.WriteStartArray("lines");
            json.WriteStartObject();
            json.WriteString("time", "2026-11-21T11:22:56Z");
            json.WriteString("level", "info");
            json.WriteString("category", "NetMon.Agent");
            json.WriteNumber("id", 1);
            json.WriteString("message", $"10.9.8.7 is there, and checkout\n{Leaks}");
            json.WriteEndObject();
            Say("lost shop-eu/web-7d4f8b9c; shop-eu/other-web is back");
            Say(
                "pods: shop-eu/broken-pod cannot be read and is left out: no uid (0 more since the last message)"
            );
            json.WriteEndArray();
            json.WriteStartArray("names");
            json.WriteStringValue("shop-eu");
            json.WriteStringValue("web-7d4f8b9c");
            json.WriteStringValue("other-web");
            json.WriteEndArray();
            json.WriteEndObject();

            void Say(string message)
            {
                json.WriteStartObject();
                json.WriteString("time", "2026-11-21T11:22:57Z");
                json.WriteString("level", "info");
                json.WriteString("category", "NetMon.Agent");
                json.WriteNumber("id", 2);
                json.WriteString("message", message);
                json.WriteEndObject();
            }
        });

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private async Task<(int Code, Dictionary<string, string> Files, string Errors)> RunAsync(
        FakeAgent agent,
        string name,
        params string[] more
    )
    {
        var output = new CapturedOutput();
        var path = Path.Combine(_folder, name);
        var code = await InvokeAsync(agent, output, path, more);
        return (code, Read(path), output.Errors);
    }

    private Task<int> InvokeAsync(
        FakeAgent agent,
        CapturedOutput output,
        string path,
        params string[] more
    ) =>
        SupportBundleVerb
            .Create(() => output.Target, _host.Paths)
            .Parse(["--server", agent.Address.ToString(), "--output", path, .. more])
            .InvokeAsync();

    private static Dictionary<string, string> Read(string path)
    {
        using var file = File.OpenRead(path);
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        while (tar.GetNextEntry() is { } entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null);
            files[entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..]] = reader.ReadToEnd();
        }

        return files;
    }
}
