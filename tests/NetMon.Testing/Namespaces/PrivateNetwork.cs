using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace NetMon.Testing.Namespaces;

/// <summary>
/// A network namespace that nobody else has, and a thread that has left the namespace of the process for it. Commands that code on this
/// thread starts inherit it. It vanishes with the thread, with every device in it, however the process ends.
/// </summary>
public sealed class PrivateNetwork : IDisposable
{
    private const int CloneNewNet = 0x40000000;

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    /// <summary>Skips the test where namespaces are not allowed.</summary>
    public PrivateNetwork()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        Skip.IfNot(Environment.IsPrivilegedProcess, "needs root to make a network namespace");
        _thread = new Thread(() =>
        {
            foreach (var action in _work.GetConsumingEnumerable())
            {
                action();
            }
        })
        {
            // Where the namespace cannot be made nobody ends it.
            IsBackground = true,
        };
        _thread.Start();
        Invoke(() =>
        {
            if (Unshare(CloneNewNet) != 0)
            {
                throw new InvalidOperationException($"unshare: errno {Marshal.GetLastPInvokeError()}");
            }
        });
    }

    /// <summary>Runs <paramref name="action"/> in a namespace of its own.</summary>
    public static void Run(Action action)
    {
        using var network = new PrivateNetwork();
        network.Invoke(action);
    }

    /// <summary>Runs <paramref name="action"/> on the namespace's thread to its end, and rethrows what it throws.</summary>
    public void Invoke(Action action)
    {
        ExceptionDispatchInfo? failure = null;
        using var done = new ManualResetEventSlim();
        _work.Add(() =>
        {
            try
            {
                action();
            }
#pragma warning disable CA1031 // rethrown on the caller's thread
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                done.Set();
            }
        });
        done.Wait();
        failure?.Throw();
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    [DllImport("libc", EntryPoint = "unshare", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unshare(int flags);
}
