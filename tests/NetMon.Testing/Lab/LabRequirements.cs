using NetMon.Testing.Namespaces;

namespace NetMon.Testing.Lab;

/// <summary>What a lab needs of the machine. A test that lacks it is skipped, and says why.</summary>
public static class LabRequirements
{
    private static readonly string[] Always = ["ip", "nsenter", "ethtool", "tcpdump"];

    /// <summary>Skips the test where no lab can be built, or where one of <paramref name="programs"/> is not installed.</summary>
    public static void SkipIfMissing(params string[] programs)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root, for network namespaces and BPF");
        var absent = Always.Concat(programs).Where(program => !Command.Exists(program)).ToArray();
        Skip.IfNot(absent.Length == 0, $"needs {string.Join(", ", absent)}");
    }
}
