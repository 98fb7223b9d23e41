using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using NetMon.Agent.Lifecycle;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Pinning;
using NetMon.Configuration;
using NetMon.Terminal;
using NetMon.Terminal.Documents;

namespace NetMon.Verbs;

/// <summary><c>netmon detach</c>: removes what agents left in the kernel, and nothing else.</summary>
internal static class DetachVerb
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    public static Command Create(Func<TerminalOutput>? output = null)
    {
        var config = new Option<string?>("--config")
        {
            Description = "the agent's settings",
            HelpName = "file",
        };
        var state = new Option<string?>("--state-dir")
        {
            Description = "the agent's, if it is not in its settings",
            HelpName = "directory",
        };
        var pins = new Option<string?>("--bpf-dir")
        {
            Description = "the agent's, if it is not in its settings",
            HelpName = "directory",
        };
        var stop = new Option<bool>("--stop") { Description = "stop an agent that is running first" };
        var list = new Option<bool>("--dry-run") { Description = "list what would be removed, and leave it" };
        var format = new FormatOption(FormatOption.Usual, "json, yaml: the list for other programs");
        var command = new Command(
            "detach",
            "remove the programs, maps and pins that agents left in this machine's kernel, and only those"
        )
        {
            config,
            state,
            pins,
            stop,
            list,
            format.Option,
        };
        command.SetAction(
            async (arguments, cancelled) =>
            {
                var target = output?.Invoke() ?? TerminalOutput.ForProcess();
                var given = new[]
                {
                    Given("state.directory", "--state-dir", arguments.GetValue(state)),
                    Given("state.bpf_directory", "--bpf-dir", arguments.GetValue(pins)),
                };
                var errors = new List<ConfigurationError>();
                if (
                    AgentConfiguration
                        .OfProcess(arguments.GetValue(config), given.OfType<GivenValue>())
                        .Load(errors)
                    is not { } options
                )
                {
                    errors.ForEach(target.Errors.WriteLine);
                    return ExitCode.Usage;
                }

                var run = new DetachRun(options.State, target, format.Read(arguments));
                return await run.RunAsync(arguments.GetValue(stop), arguments.GetValue(list), cancelled);
            }
        );
        return command;
    }

    private static GivenValue? Given(string key, string flag, string? text) =>
        text is null ? null : new GivenValue(key, flag, [new GivenText(text, flag)], IsList: false);

    private sealed class DetachRun(StateOptions options, TerminalOutput output, OutputFormat format)
    {
        public async Task<int> RunAsync(bool stop, bool listOnly, CancellationToken cancelled)
        {
            try
            {
                using var held = await LockAsync(stop && !listOnly, cancelled);
                if (held is null && options.Directory.Length > 0 && !listOnly)
                {
                    return Fail(
                        $"an agent is running (process {new OtherAgent(options.Directory).Process})",
                        "stop it first, or give --stop",
                        ExitCode.AlreadyRunning
                    );
                }

                if (!listOnly && Leftovers.FindHeld(options.BpfDirectory) is [var path, ..])
                {
                    return Fail($"a process uses {path}", "stop it first", ExitCode.AlreadyRunning);
                }

                Show(Leftovers.Take(options.BpfDirectory, remove: !listOnly), listOnly);
                return ExitCode.Ok;
            }
            catch (BpfException error)
            {
                return Fail(error.Message, "run it as root, on the host", ExitCode.Failed);
            }
        }

        /// <returns>Null without a state directory, or while an agent runs.</returns>
        private async Task<ProcessLock?> LockAsync(bool stop, CancellationToken cancelled)
        {
            if (options.Directory.Length == 0)
            {
                return null;
            }

            options.MakeDirectory();
            var other = new OtherAgent(options.Directory);
            if (ProcessLock.TryTake(other.LockPath) is { } free)
            {
                return free;
            }

            return stop ? await other.ReplaceAsync(keep: false, StopPatience, cancelled) : null;
        }

        private void Show(IReadOnlyList<Leftover> found, bool listOnly)
        {
            if (DocumentPrinter.For(format, output) is { } printer)
            {
                printer.PrintAll(Document(found, listOnly));
                return;
            }

            var text = new StringBuilder();
            foreach (var each in found)
            {
                text.Append(listOnly ? "found    " : "removed  ").Append(each.Kind.PadRight(8));
                text.AppendLine(
                    each.InterfaceIndex > 0
                        ? $"{each.Name} at interface {each.InterfaceIndex}, {Word(each.Hook)}"
                        : each.Name
                );
            }

            if (found.Count == 0)
            {
                text.AppendLine("there is nothing of NetMon's in this kernel that no agent uses");
            }

            output.Write(text);
        }

        private static byte[] Document(IReadOnlyList<Leftover> found, bool listOnly)
        {
            var body = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(body))
            {
                json.WriteStartObject();
                json.WriteBoolean("removed", !listOnly);
                json.WriteStartArray("items");
                foreach (var each in found)
                {
                    json.WriteStartObject();
                    json.WriteString("kind", each.Kind);
                    json.WriteString("name", each.Name);
                    if (each.InterfaceIndex > 0)
                    {
                        json.WriteNumber("interface", each.InterfaceIndex);
                        json.WriteString("hook", Word(each.Hook));
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            return body.WrittenSpan.ToArray();
        }

        private static string Word(Hook hook) => hook == Hook.Ingress ? "ingress" : "egress";

        private int Fail(string message, string advice, int code) =>
            AgentVerbRun.Fail(output, message, advice, code);
    }
}
