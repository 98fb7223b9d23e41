using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace NetMon.Testing.Lab.Connections;

/// <summary>What to generate: short connections, each with a request, a response and an orderly end by the client.</summary>
public sealed record ConnectionPlan
{
    public required IReadOnlyList<IPAddress> Sources { get; init; }
    public required IReadOnlyList<IPEndPoint> Targets { get; init; }

    /// <summary>Connections begun per second, at most.</summary>
    public double Rate { get; init; } = double.PositiveInfinity;
    public required TimeSpan Duration { get; init; }
    public int RequestBytes { get; init; } = 100;

    /// <summary>Connections under way at once, per thread.</summary>
    public int Concurrency { get; init; } = 256;
    public int Threads { get; init; } = 1;

    /// <summary>First and last of the ports that connections are made from.</summary>
    public (int First, int Last) Ports { get; init; } = (1024, 65_535);
}

/// <param name="Completed">Connections that got their response.</param>
/// <param name="Failed">Connections that were refused or broke off.</param>
public readonly record struct ConnectionResult(long Completed, long Failed, TimeSpan Elapsed)
{
    public double PerSecond => Completed / Elapsed.TotalSeconds;
}

/// <summary>Makes the connections of a plan from inside a namespace.</summary>
public static class ConnectionLoad
{
    /// <summary>Returns when the last connection has ended.</summary>
    public static ConnectionResult Run(NetworkNamespace inside, ConnectionPlan plan)
    {
        ArgumentNullException.ThrowIfNull(inside);
        ArgumentNullException.ThrowIfNull(plan);
        inside.Set("ipv4/ip_local_port_range", $"{plan.Ports.First} {plan.Ports.Last}");
        inside.Set("ipv4/tcp_max_tw_buckets", "1000000");
        var watch = Stopwatch.StartNew();
        var workers = Enumerable.Range(0, plan.Threads).Select(number => new Worker(plan, number)).ToArray();
        var failures = new Exception?[plan.Threads];
        var threads = workers
            .Select(
                (worker, number) =>
                    new Thread(() =>
                    {
                        try
                        {
                            inside.EnterOnThisThread();
                            worker.Run();
                        }
                        catch (LabException e)
                        {
                            failures[number] = e;
                        }
                    })
                    {
                        Name = "connections",
                    }
            )
            .ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (failures.FirstOrDefault(failure => failure is not null) is { } first)
        {
            throw new LabException($"the generator broke down: {first.Message}", first);
        }

        return new(
            workers.Sum(worker => worker.Completed),
            workers.Sum(worker => worker.Failed),
            watch.Elapsed
        );
    }

    private sealed class Worker(ConnectionPlan plan, int number)
    {
        private readonly byte[] _request = new byte[plan.RequestBytes];
        private readonly byte[] _response = new byte[4096];
        private readonly HashSet<int> _waiting = [];
        private long _begun;

        public long Completed { get; private set; }

        public long Failed { get; private set; }

        public void Run()
        {
            using var epoll = new Epoll();
            var connecting = new HashSet<int>();
            var watch = Stopwatch.StartNew();
            var rate = plan.Rate / plan.Threads;
            while (true)
            {
                var elapsed = watch.Elapsed;
                var over = elapsed >= plan.Duration;
                var due = over ? 0 : Math.Min(rate * elapsed.TotalSeconds, long.MaxValue / 2) - _begun;
                while (due >= 1 && connecting.Count + _waiting.Count < plan.Concurrency)
                {
                    connecting.Add(Begin(epoll));
                    due--;
                }

                if (over && connecting.Count + _waiting.Count == 0)
                {
                    return;
                }

                // Ahead of the plan: a millisecond, so that the generator is not itself a load. The next turn makes up for it.
                var ready = epoll.Wait(
                    due >= 1 && connecting.Count + _waiting.Count < plan.Concurrency ? 0 : 1
                );
                for (var i = 0; i < ready; i++)
                {
                    Step(epoll.Ready(i), connecting);
                }
            }
        }

        private int Begin(Epoll epoll)
        {
            var turn = (int)((_begun++ * plan.Threads) + number);
            var socket = TcpSocket.Open();
            TcpSocket.BindSource(socket, plan.Sources[turn % plan.Sources.Count]);
            var error = TcpSocket.Connect(
                socket,
                plan.Targets[turn / plan.Sources.Count % plan.Targets.Count]
            );
            if (error is not (0 or TcpSocket.EINPROGRESS))
            {
                throw new LabException($"connect: {Marshal.GetPInvokeErrorMessage(error)}");
            }

            // Edge triggered: once when connected (or refused), then when the response is there.
            epoll.Add(socket, Epoll.In | Epoll.Out | Epoll.EdgeTriggered);
            return socket;
        }

        private void Step(int socket, HashSet<int> connecting)
        {
            if (connecting.Contains(socket))
            {
                if (TcpSocket.Send(socket, _request) >= 0)
                {
                    connecting.Remove(socket);
                    _waiting.Add(socket);
                }
                else if (Marshal.GetLastPInvokeError() != TcpSocket.EAGAIN)
                {
                    connecting.Remove(socket);
                    Failed++;
                    _ = Libc.close(socket);
                }

                return;
            }

            var received = TcpSocket.Receive(socket, _response);
            if (received < 0 && Marshal.GetLastPInvokeError() == TcpSocket.EAGAIN)
            {
                return;
            }

            _ = received > 0 ? Completed++ : Failed++;
            _waiting.Remove(socket);
            _ = Libc.close(socket);
        }
    }
}
