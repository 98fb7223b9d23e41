using System.Diagnostics;

namespace NetMon.Tests.Terminal;

/// <summary>A real terminal: a shell in a tmux server of its own, whose screen can be read.</summary>
internal sealed class Tmux : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _socket = $"netmon-test-{Guid.NewGuid():N}";

    public Tmux(int width, int height)
    {
        Skip.IfNot(IsInstalled, "tmux is not installed");
        Run(
            "-f",
            "/dev/null",
            "-u",
            "new-session",
            "-d",
            "-x",
            $"{width}",
            "-y",
            $"{height}",
            "PS1='$ ' exec sh"
        );
        WaitFor("$");
    }

    private static bool IsInstalled { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, "tmux")));

    /// <summary>The program, as this test's project built it.</summary>
    public static string Netmon { get; } = Path.Combine(AppContext.BaseDirectory, "netmon");

    /// <summary>The screen's lines without trailing spaces.</summary>
    public string[] Screen => Run("capture-pane", "-p").TrimEnd('\n').Split('\n');

    public string Text => string.Join('\n', Screen);

    /// <summary>The screen with the sequences that style it.</summary>
    public string StyledText => Run("capture-pane", "-p", "-e");

    /// <summary>What a full-screen program can leave behind: alternate screen, hidden cursor, no line wrap, keypad mode.</summary>
    public string Modes =>
        Run(
                "display",
                "-p",
                "alternate #{alternate_on} cursor #{cursor_flag} wrap #{wrap_flag} keypad #{keypad_cursor_flag}"
            )
            .Trim();

    public const string OrdinaryModes = "alternate 0 cursor 1 wrap 1 keypad 0";

    // The runtime turns this on with the first write to a terminal, and never off; shells set what they need with each prompt.
    public const string RuntimeModes = "alternate 0 cursor 1 wrap 1 keypad 1";

    /// <summary>Types a line.</summary>
    public void Type(string line) => Run("send-keys", "-l", line + "\n");

    /// <summary>Presses a key, by tmux's name.</summary>
    public void Press(string key) => Run("send-keys", key);

    public void Resize(int width, int height) => Run("resize-window", "-x", $"{width}", "-y", $"{height}");

    /// <summary>Signals the program that the shell runs.</summary>
    public void Signal(string name)
    {
        var shell = Run("display", "-p", "#{pane_pid}").Trim();
        var program = File.ReadAllText($"/proc/{shell}/task/{shell}/children").Trim();
        using var kill = Process.Start("kill", [$"-{name}", program]);
        kill.WaitForExit();
    }

    public void WaitFor(string text) =>
        WaitFor(screen => screen.Contains(text, StringComparison.Ordinal), text);

    public void WaitFor(Func<string, bool> shown, string what)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!shown(Text))
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"not on the screen: {what}\n{Text}");
            Thread.Sleep(20);
        }
    }

    public void Dispose()
    {
        if (IsInstalled)
        {
            Run("kill-server");
        }
    }

    private string Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux", ["-L", _socket, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(
            Path.Combine(typeof(object).Assembly.Location, "../../../..")
        );
        start.Environment.Remove("NO_COLOR");
        start.Environment.Remove("TMUX");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
