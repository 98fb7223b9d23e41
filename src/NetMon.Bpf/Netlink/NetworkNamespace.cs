using System.Runtime.ExceptionServices;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Netlink;

/// <summary>Does something in another network namespace. Sockets opened there stay there; nothing else of the process moves.</summary>
public static class NetworkNamespace
{
    /// <param name="path">A namespace file: /run/netns/NAME, /proc/PID/ns/net.</param>
    /// <param name="function">Runs on a thread of its own, which enters the namespace and ends afterwards; its exceptions pass through.</param>
    /// <exception cref="BpfException">There is no such namespace, or privileges are missing.</exception>
    public static T Run<T>(string path, Func<T> function)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(function);
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(path);
                result = function();
            }
#pragma warning disable CA1031 // Handed to the caller.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        })
        {
            IsBackground = true,
            Name = "netns",
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    private static void Enter(string path)
    {
        using var ns = Libc.Open(path, Libc.O_CLOEXEC);
        if (ns.IsInvalid || Libc.setns(ns, Libc.CLONE_NEWNET) != 0)
        {
            throw new BpfException($"enter the network namespace {path}", Libc.LastError, "");
        }
    }
}
