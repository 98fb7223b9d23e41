namespace NetMon.Bpf.Tests.TestRun;

/// <summary>Tests that need the kernel skip, with the reason, where it is out of reach.</summary>
internal static class Privileges
{
    public static FlowProgram Load(FlowProgramOptions options)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root to load BPF programs");
        return FlowProgram.Load(options);
    }
}
