using System.Text;

namespace NetMon.Shell;

/// <summary>By which name the program was called: links give it several.</summary>
internal static class ProgramName
{
    public const string Usual = "netmon";

    /// <summary>The same program, for hands that are used to it.</summary>
    public const string Alias = "netmon-cli";

    /// <summary>What kubectl runs for <c>kubectl netmon</c>.</summary>
    public const string Plugin = "kubectl-netmon";

    /// <summary>Of this process.</summary>
    public static string OfProcess() => Parse(File.ReadAllBytes("/proc/self/cmdline"));

    /// <param name="commandLine">The process's arguments, each closed by NUL (proc(5)).</param>
    public static string Parse(ReadOnlySpan<byte> commandLine)
    {
        var end = commandLine.IndexOf((byte)0);
        var path = Encoding.UTF8.GetString(end < 0 ? commandLine : commandLine[..end]);
        return Path.GetFileName(path) is (Alias or Plugin) and var name ? name : Usual;
    }
}
