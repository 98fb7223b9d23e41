using System.Net.Sockets;
using System.Runtime.ExceptionServices;

namespace NetMon.Lab.Machines;

/// <summary>A named network namespace of a lab: a machine with its own interfaces, addresses and ports.</summary>
/// <remarks>
/// Programs enter with nsenter: <c>ip netns exec</c> mounts a new /sys, which hides the BPF file system and the tracing one.
/// </remarks>
public sealed class NetworkNamespace
{
    internal NetworkNamespace(string name)
    {
        Name = name;
    }

    public string Name { get; }

    public string Path => $"/run/netns/{Name}";

    /// <summary>Standard output of a short command.</summary>
    /// <exception cref="InvalidOperationException">The exit code was not 0.</exception>
    public string Run(string program, params string[] arguments) =>
        Command.Run("nsenter", [$"--net={Path}", program, .. arguments]);

    public LabProcess Start(string program, params string[] arguments) =>
        LabProcess.Start("nsenter", [$"--net={Path}", program, .. arguments]);

    /// <summary>Sets a variable of /proc/sys/net, e.g. <c>ipv4/tcp_syn_retries</c>.</summary>
    public void Set(string variable, string value) => Set((variable, value));

    public void Set(params (string Variable, string Value)[] settings) =>
        Inside(() =>
        {
            foreach (var (variable, value) in settings)
            {
                File.WriteAllText($"/proc/sys/net/{variable}", value);
            }

            return true;
        });

    /// <summary>Lines for <c>ip -batch</c>: as its arguments, without the <c>ip</c>.</summary>
    /// <exception cref="InvalidOperationException">A line failed; says which.</exception>
    public void Batch(params IEnumerable<string> lines) =>
        Command.Feed(string.Join('\n', lines) + "\n", "ip", "-n", Name, "-batch", "-");

    /// <summary>Runs code on a thread of its own inside the namespace. Sockets that it opens stay there.</summary>
    public T Inside<T>(Func<T> code)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                EnterOnThisThread();
                result = code();
            }
#pragma warning disable CA1031 // rethrown on the caller's thread
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        {
            Name = Name,
        };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    /// <summary>A client whose connections start here: 127.0.0.1 is this namespace's.</summary>
    public HttpClient CreateHttpClient(Uri address)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (context, cancellation) =>
                new ValueTask<Stream>(
                    Task.Run<Stream>(
                        () => Connect(context.DnsEndPoint.Host, context.DnsEndPoint.Port),
                        cancellation
                    )
                ),
        };
        return new HttpClient(handler) { BaseAddress = address };
    }

    /// <summary>Moves the calling thread here for good. For threads that a generator starts for itself.</summary>
    internal void EnterOnThisThread()
    {
        var descriptor = Libc.open(Path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (descriptor < 0)
        {
            throw Libc.Failure($"open {Path}");
        }

        var result = Libc.setns(descriptor, Libc.CLONE_NEWNET);
        var failure = result == 0 ? null : Libc.Failure("setns");
        _ = Libc.close(descriptor);
        if (failure is not null)
        {
            throw failure;
        }
    }

    private NetworkStream Connect(string host, int port) =>
        Inside(() =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Connect(host, port);
            return new NetworkStream(socket, ownsSocket: true);
        });
}
