using System.Diagnostics;

namespace NetMon.Bpf.Tests;

/// <summary>A network namespace of its own for a test, removed afterwards.</summary>
internal sealed class TestNamespace : IDisposable
{
    private static int _count;

    private TestNamespace(string name) => Name = name;

    public string Name { get; }

    public string Path => $"/run/netns/{Name}";

    public static TestNamespace Create()
    {
        Privileges.Require();
        var number = Interlocked.Increment(ref _count);
        var ns = new TestNamespace($"nm-bpf-{Environment.ProcessId}-{number}");
        if (File.Exists(ns.Path))
        {
            // Of a process that was killed and had this one's number.
            Shell.Run("ip", "netns", "del", ns.Name);
        }

        Shell.Run("ip", "netns", "add", ns.Name);
        return ns;
    }

    /// <summary>Runs ip(8) in the namespace.</summary>
    public string Ip(string arguments) =>
        Shell.Run("ip", ["-n", Name, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    /// <summary>Runs a command in the namespace; unlike "ip netns exec", its view of /sys stays.</summary>
    public string Exec(params string[] command) => Shell.Run("nsenter", [$"--net={Path}", .. command]);

    /// <summary>Waits for an echo's answer: the kernel brings links up some time after they are told to be, and until then loses what is sent.</summary>
    public void AwaitAnswer(string address)
    {
        for (var start = Stopwatch.GetTimestamp(); ; )
        {
            try
            {
                Exec("ping", "-c1", "-W1", address);
                return;
            }
            catch (InvalidOperationException)
                when (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60))
            {
                Thread.Sleep(100);
            }
        }
    }

    public void Dispose() => Shell.Run("ip", "netns", "del", Name);
}

internal static class Privileges
{
    /// <summary>Skips the test without them.</summary>
    public static void Require() =>
        Skip.IfNot(
            Environment.IsPrivilegedProcess,
            "loading BPF programs and making network namespaces need root"
        );
}

internal static class Shell
{
    /// <returns>Standard output.</returns>
    public static string Run(string command, params string[] arguments) => Run(command, arguments, null);

    public static string Run(string command, string[] arguments, string? input)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                UseShellExecute = false,
            }
        )!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Result
            : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)}: {error.Result}");
    }
}
