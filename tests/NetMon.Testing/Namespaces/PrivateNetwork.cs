using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace NetMon.Testing.Namespaces;

/// <summary>
/// Runs code in a network namespace that nobody else has: on a thread of its own that leaves the namespace of the process. Commands that
/// the code starts inherit it. It vanishes with the thread, with every device in it, however the code ends.
/// </summary>
public static class PrivateNetwork
{
    private const int CloneNewNet = 0x40000000;

    /// <summary>Runs <paramref name="action"/> to its end and rethrows what it throws. Skips the test where namespaces are not allowed.</summary>
    public static void Run(Action action)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root to make a network namespace");
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Unshare(CloneNewNet) != 0)
                {
                    throw new InvalidOperationException($"unshare: errno {Marshal.GetLastPInvokeError()}");
                }

                action();
            }
#pragma warning disable CA1031 // rethrown on the caller's thread
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
    }

    [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unshare(int flags);
}
