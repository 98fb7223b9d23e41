using System.Diagnostics;
using System.Globalization;
using System.Net;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Agents;

/// <summary>A running <c>netmon agent</c> in a namespace.</summary>
public sealed class AgentProcess : IDisposable
{
    private const string Loopback = "127.0.0.1:9990";
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private readonly LabProcess _process;
    private readonly HttpClient _api;

    private AgentProcess(NetworkNamespace @namespace, LabProcess process, string address, long startedAt)
    {
        Namespace = @namespace;
        Address = address;
        StartedAt = startedAt;
        _process = process;
        _api = @namespace.CreateHttpClient(new Uri($"http://{address}"));
        _api.Timeout = Timeout.InfiniteTimeSpan;
    }

    public NetworkNamespace Namespace { get; }

    /// <summary>Where it serves: address and port.</summary>
    public string Address { get; }

    public int Id => _process.Id;

    /// <summary><see cref="Stopwatch"/> time at which the process was started, and at which it said that it is ready.</summary>
    public long StartedAt { get; }

    public long ReadyAt { get; private set; }

    /// <summary>What it logged.</summary>
    public string Log => _process.Errors + _process.Output;

    /// <summary>Starts an agent and returns once it is ready: programs are attached.</summary>
    /// <exception cref="LabException">It ended, or is not ready in time; says what it logged.</exception>
    public static AgentProcess Start(NetworkNamespace @namespace, params string[] arguments) =>
        Start(new LabProgram { Namespace = @namespace }, Loopback, arguments);

    /// <summary>As above, of another build than the one under test.</summary>
    public static AgentProcess StartFrom(
        string executable,
        NetworkNamespace @namespace,
        params string[] arguments
    ) => Start(executable, new LabProgram { Namespace = @namespace }, Loopback, arguments);

    /// <summary>As above, with something around it.</summary>
    /// <param name="surroundings">Where it runs.</param>
    /// <param name="address">Where it serves, on an address of that namespace.</param>
    public static AgentProcess Start(
        LabProgram surroundings,
        string address,
        params IEnumerable<string> arguments
    )
    {
        ArgumentNullException.ThrowIfNull(surroundings);
        return Start(AgentBinary.Find(), surroundings, address, arguments);
    }

    private static AgentProcess Start(
        string executable,
        LabProgram surroundings,
        string address,
        IEnumerable<string> arguments
    )
    {
        var startedAt = Stopwatch.GetTimestamp();
        var process = surroundings.Start(
            executable,
            ["agent", "--listen", address, .. WithoutState([.. arguments])]
        );
        var agent = new AgentProcess(surroundings.Namespace, process, address, startedAt);
        try
        {
            Wait.Until(() => process.HasExited || agent.IsReady(), "the agent to be ready");
            agent.ReadyAt = Stopwatch.GetTimestamp();
            return process.HasExited
                ? throw new LabException($"the agent ended with {process.ExitCode}")
                : agent;
        }
        catch (LabException e)
        {
            agent.Dispose();
            throw new LabException($"{e.Message}: {process.Errors}{process.Output}", e);
        }
    }

    /// <summary>Many agents share this machine's directories: each keeps nothing, unless it is told where.</summary>
    private static IEnumerable<string> WithoutState(string[] arguments) =>
        [
            .. arguments,
            .. arguments.Contains("--state-dir") ? Array.Empty<string>() : ["--state-dir", ""],
            .. arguments.Contains("--bpf-dir") ? Array.Empty<string>() : ["--bpf-dir", ""],
        ];

    /// <exception cref="LabException">There was no answer, or half of one; says what the agent logged.</exception>
    /// <exception cref="HttpRequestException">The answer is no success.</exception>
    public string Get(string path)
    {
        try
        {
            using var response = _api.Send(new HttpRequestMessage(HttpMethod.Get, path));
            using var reader = new StreamReader(response.EnsureSuccessStatusCode().Content.ReadAsStream());
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is IOException or HttpRequestException { StatusCode: null })
        {
            var state = _process.HasExited ? $"ended with {_process.ExitCode}" : "runs";
            throw new LabException($"GET {path}: {e.Message}; the agent {state}: {Log}", e);
        }
    }

    /// <summary>
    /// The lines of an answer that goes on for as long as the agent runs. It has begun when this returns, and ends where it ends or
    /// breaks off.
    /// </summary>
    internal IEnumerable<string> ReadLines(string path)
    {
        var response = _api.Send(
            new HttpRequestMessage(HttpMethod.Get, path),
            HttpCompletionOption.ResponseHeadersRead
        );
        return Lines(response.EnsureSuccessStatusCode());
    }

    public MetricsSnapshot ReadMetrics() => MetricsSnapshot.Parse(Get("/metrics"));

    /// <summary>A value of /proc/PID/status that is in kB, e.g. <c>VmRSS</c>; in bytes.</summary>
    public long ReadStatus(string field) =>
        1024
        * long.Parse(
            File.ReadLines($"/proc/{Id}/status")
                .First(line => line.StartsWith(field + ":", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
            CultureInfo.InvariantCulture
        );

    /// <summary>
    /// Time that the process's threads ran on a CPU, to the nanosecond; /proc/PID/stat is a sample of every clock tick, too coarse for
    /// what sleeps and wakes a thousand times a second.
    /// </summary>
    public TimeSpan ReadCpuTime() => Libc.ProcessCpuTime(Id);

    /// <summary>Follows the flows from now on.</summary>
    public AgentStream Follow() => AgentStream.Open(_api);

    /// <summary>Asks the agent to end, as a service manager does; returns when it has.</summary>
    /// <returns>The exit code.</returns>
    public int Stop()
    {
        _process.Terminate();
        return _process.WaitForExit(success: false).ExitCode;
    }

    /// <summary>Waits for an end that somebody else brought about.</summary>
    /// <returns>The exit code.</returns>
    public int WaitForExit() => _process.WaitForExit(success: false).ExitCode;

    /// <summary>Asks the agent to end, as Ctrl-C does; returns when it has.</summary>
    /// <returns>The exit code.</returns>
    public int Interrupt()
    {
        _process.Interrupt();
        return WaitForExit();
    }

    /// <summary>Ends it without a chance to tidy up.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit(success: false);
    }

    public void Dispose()
    {
        _process.Dispose();
        _api.Dispose();
    }

    private static IEnumerable<string> Lines(HttpResponseMessage response)
    {
        using (response)
        {
            using var reader = new StreamReader(response.Content.ReadAsStream());
            while (NextLine(reader) is { } line)
            {
                yield return line;
            }
        }
    }

    private static string? NextLine(StreamReader reader)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return null;
        }
    }

    private bool IsReady()
    {
        try
        {
            // One that takes the connection and never answers is not ready.
            using var limit = new CancellationTokenSource(AnswerLimit);
            using var response = _api.Send(new HttpRequestMessage(HttpMethod.Get, "/readyz"), limit.Token);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
