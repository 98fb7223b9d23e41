using System.Runtime.InteropServices;

namespace NetMon.Terminal.Top;

/// <summary>Stops this process until SIGCONT, as SIGTSTP does by default: the runtime leaves that out once a handler is registered.</summary>
internal static class ProcessStop
{
    private const int SigStop = 19; // include/uapi/asm-generic/signal.h; also on x86

    public static void Stop() => _ = Raise(SigStop);

    // raise(3), not kill(2): a signal to this thread has stopped the process when the call returns; one to the process may take
    // another thread, and this one would draw on. Returns 0. Blittable, so that no generated (unsafe) code is needed.
    [DllImport("libc", EntryPoint = "raise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Raise(int signal);
}
