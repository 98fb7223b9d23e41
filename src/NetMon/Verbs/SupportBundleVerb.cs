using System.CommandLine;
using System.Globalization;
using NetMon.Client;
using NetMon.Core.Diagnosis;
using NetMon.Diagnosis;
using NetMon.Support;
using NetMon.Terminal;

namespace NetMon.Verbs;

/// <summary><c>netmon support-bundle</c>: one file with all that helps others to find out what is wrong.</summary>
internal static class SupportBundleVerb
{
    public static Command Create(
        Func<TerminalOutput>? output = null,
        HostPaths? paths = null,
        TimeProvider? time = null
    )
    {
        var settings = new AgentSettingOptions();
        var server = new ServerOption();
        var file = new Option<string?>("--output", "-o")
        {
            Description = "where it goes [default: netmon-support-TIME.tar.gz in this directory]",
            HelpName = "file",
        };
        var force = new Option<bool>("--force") { Description = "replace a file that is there" };
        var anonymise = new Option<bool>("--anonymise", "--anonymize")
        {
            Description = "replace every IP and hardware address by another, the same by the same",
        };
        var names = new Option<bool>("--anonymise-names", "--anonymize-names")
        {
            Description = "replace names of nodes, pods, workloads and namespaces, too",
        };
        var command = new Command(
            "support-bundle",
            "gather what helps others to find out what is wrong, without secrets, in one file"
        )
        {
            file,
            force,
            anonymise,
            names,
        };
        server.AddTo(command);
        settings.AddTo(command);
        command.SetAction(
            async (arguments, stop) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                if (!server.TryRead(arguments, out var address, out var error))
                {
                    return AgentVerbRun.Fail(target, error, "correct it, or give --server", ExitCode.Usage);
                }

                if (settings.Read(arguments, target) is not { } options)
                {
                    return ExitCode.Usage;
                }

                var now = (time ?? TimeProvider.System).GetUtcNow();
                var stamp = now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
                var root = $"netmon-support-{stamp}";
                var path = arguments.GetValue(file) ?? $"{root}.tar.gz";
                if (File.Exists(path) && !arguments.GetValue(force))
                {
                    return AgentVerbRun.Fail(
                        target,
                        $"{path} exists",
                        "give another name with --output, or replace it with --force"
                    );
                }

                using var client = new AgentClient(address);
                var scene = await LookAsync(client, address, options, paths ?? new HostPaths(), stop);
                var bundle = await SupportBundle.CollectAsync(
                    scene,
                    arguments.GetValue(anonymise),
                    arguments.GetValue(names),
                    stop
                );
                try
                {
                    Save(bundle, path, root, now, arguments.GetValue(force));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return AgentVerbRun.Fail(
                        target,
                        $"cannot write {path}: {e.Message}",
                        "give another place with --output"
                    );
                }

                Report(bundle, path, target);
                return ExitCode.Ok;
            }
        );
        return command;
    }

    private static async Task<SupportScene> LookAsync(
        AgentClient client,
        ServerAddress address,
        Agent.Options.AgentOptions options,
        HostPaths paths,
        CancellationToken stop
    )
    {
        var (runs, ofAgent) = await AgentFindings.AskAsync(address, stop);
        Finding[] findings = [.. HostChecks.Run(new HostScene(options, paths, runs)), .. ofAgent];
        return new SupportScene(runs ? client : null, runs ? "" : ofAgent[0].Found, options, paths, findings);
    }

    // For its owner only: it tells of a network.
    private static void Save(SupportBundle bundle, string path, string root, DateTimeOffset now, bool replace)
    {
        if (replace)
        {
            // Else it would keep its owner and who may read it.
            File.Delete(path);
        }

        using var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }
        );
        bundle.Write(file, root, now);
    }

    private static void Report(SupportBundle bundle, string path, TerminalOutput target)
    {
        var text = new System.Text.StringBuilder();
        text.Append(
            $"wrote {TerminalText.Clean(path)} ({new FileInfo(path).Length / 1024} KiB, {bundle.Files.Count} files); {SupportBundle.Manifest} in it lists them\n"
        );
        target.Write(text);
        foreach (var (name, reason) in bundle.Missing)
        {
            target.Errors.WriteLine($"netmon: missing {name}: {TerminalText.Clean(reason)}");
        }
    }
}
