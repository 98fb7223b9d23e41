using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NetMon.Configuration;
using NetMon.Configuration.Reloading;

namespace NetMon.Tests.Configuration.Reloading;

/// <summary>A file that changes in the ways in which files change.</summary>
public sealed class FileChangeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nm-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_that_is_written_anew_is_taken()
    {
        var path = Put("netmon.yaml", LogLevel.Warning);
        using var following = Follow(path, out var settings);

        Put("netmon.yaml", LogLevel.Error);

        await UntilAsync(() => settings.Live.Current.Log.Level == LogLevel.Error);
    }

    [Fact]
    public async Task A_file_that_another_is_renamed_to_is_taken_as_editors_do()
    {
        var path = Put("netmon.yaml", LogLevel.Warning);
        using var following = Follow(path, out var settings);

        File.Move(Put("netmon.yaml.new", LogLevel.Error), path, overwrite: true);

        await UntilAsync(() => settings.Live.Current.Log.Level == LogLevel.Error);
    }

    // As kubelet writes a ConfigMap (kubernetes pkg/volume/util/atomic_writer.go): netmon.yaml -> ..data/netmon.yaml, ..data -> ..1, renamed over.
    [Fact]
    public async Task A_config_map_changes_by_its_link_again_and_again()
    {
        Publish("..1", LogLevel.Warning);
        var path = Path.Combine(_folder, "netmon.yaml");
        File.CreateSymbolicLink(path, "..data/netmon.yaml");
        using var following = Follow(path, out var settings);

        Publish("..2", LogLevel.Error);
        await UntilAsync(() => settings.Live.Current.Log.Level == LogLevel.Error);
        Directory.Delete(Path.Combine(_folder, "..1"), recursive: true);
        Publish("..3", LogLevel.Debug);
        await UntilAsync(() => settings.Live.Current.Log.Level == LogLevel.Debug);

        Assert.Equal((2, 0), (settings.Reloads.Accepted, settings.Reloads.Refused));
    }

    [Fact]
    public async Task A_link_to_a_file_elsewhere_is_followed_to_where_the_file_is()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "elsewhere"));
        Put("elsewhere/real.yaml", LogLevel.Warning);
        var path = Path.Combine(_folder, "netmon.yaml");
        File.CreateSymbolicLink(path, "elsewhere/real.yaml");
        using var following = Follow(path, out var settings);

        Put("elsewhere/real.yaml", LogLevel.Error);

        await UntilAsync(() => settings.Live.Current.Log.Level == LogLevel.Error);
    }

    private string Put(string name, LogLevel level)
    {
        var path = Path.Combine(_folder, name);
        var word =
            level == LogLevel.Warning ? "warning"
            : level == LogLevel.Error ? "error"
            : "debug";
        File.WriteAllText(path, $"log: {{level: {word}}}\n");
        return path;
    }

    private void Publish(string version, LogLevel level)
    {
        Directory.CreateDirectory(Path.Combine(_folder, version));
        Put($"{version}/netmon.yaml", level);
        var link = Path.Combine(_folder, "..data_tmp");
        File.CreateSymbolicLink(link, version);
        using var move = Process.Start("mv", ["-T", link, Path.Combine(_folder, "..data")]);
        move.WaitForExit();
    }

    private static IDisposable Follow(string path, out ConfiguredSettings settings)
    {
        var errors = new List<ConfigurationError>();
        settings = ConfiguredSettings.Load(
            new AgentConfiguration(path, new Dictionary<string, string>(StringComparer.Ordinal), []),
            errors,
            TimeProvider.System
        )!;
        Assert.Empty(errors);
        return settings.Follow(NullLogger.Instance);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
