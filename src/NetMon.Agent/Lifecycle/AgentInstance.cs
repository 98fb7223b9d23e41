using System.Diagnostics;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Features;
using NetMon.Agent.Logging;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Pinning;

namespace NetMon.Agent.Lifecycle;

/// <summary>What one agent has for itself: the lock of its state directory, and the directory in which its programs outlive it.</summary>
internal sealed class AgentInstance : IDisposable
{
    public const string LockFile = "agent.lock";
    public const string Feature = "restart-without-loss";

    private static readonly TimeSpan TakeOverPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PinPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly StateOptions _options;
    private readonly ProcessLock? _lock;
    private string _missing;

    private AgentInstance(StateOptions options, ProcessLock? held, PinDirectory? pins, string missing)
    {
        _options = options;
        _lock = held;
        Pins = pins;
        _missing = missing;
    }

    /// <summary>Null: programs go with the process.</summary>
    public PinDirectory? Pins { get; private set; }

    /// <summary>Takes what is the agent's own, from the agent before if that is wanted.</summary>
    /// <exception cref="AgentRunningException">Another agent has it.</exception>
    public static async Task<AgentInstance> AcquireAsync(
        StateOptions options,
        ILogger logger,
        CancellationToken stop
    )
    {
        var held = await LockAsync(options, logger, stop);
        try
        {
            var pins = await OpenPinsAsync(options, stop);
            return new AgentInstance(options, held, pins.Directory, pins.Missing);
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Loads the flow programs, with the maps of the agent before if there are any.</summary>
    /// <exception cref="BpfException">They cannot be loaded without pins either.</exception>
    public FlowProgram LoadFlows(FlowProgramOptions options)
    {
        if (Pins is null)
        {
            return FlowProgram.Load(options);
        }

        try
        {
            return FlowProgram.Load(options, Pins);
        }
        catch (BpfException error)
        {
            var unpinned = FlowProgram.Load(options);
            _missing = FirstLine(error.Message);
            Pins.Dispose();
            Pins = null;
            return unpinned;
        }
    }

    /// <summary>Says how the feature stands; when the programs are loaded.</summary>
    public void Register(FeatureSet features)
    {
        if (_missing.Length > 0)
        {
            features.Degraded(Feature, $"{_missing}: packets that come while no agent runs are not counted");
        }
        else if (Pins is null)
        {
            features.Off(Feature);
        }
        else
        {
            features.On(Feature);
        }
    }

    /// <summary>Whether programs stay attached when the agent stops. An agent that breaks down keeps them for the next one.</summary>
    public bool Keeps(StopReason reason) => Pins is not null && IsSucceeded(reason);

    /// <summary>Whether another agent comes after this one, which goes on with its figures.</summary>
    public bool IsSucceeded(StopReason reason) =>
        (reason, _options.OnStop) switch
        {
            (StopReason.AskedToKeep, _) => true,
            (StopReason.AskedToDetach, _) => false,
            (_, StopMode.Keep) => true,
            (_, StopMode.Detach) => false,
            _ => reason != StopReason.Interrupted,
        };

    /// <summary>Nothing is attached or to be read any more: unless it is kept for another agent, nothing stays pinned.</summary>
    public void End(bool keep)
    {
        if (!keep)
        {
            Pins?.RemoveAll();
        }
    }

    public void Dispose()
    {
        Pins?.Dispose();
        _lock?.Dispose();
    }

    /// <returns>Null without a state directory.</returns>
    private static async Task<ProcessLock?> LockAsync(
        StateOptions options,
        ILogger logger,
        CancellationToken stop
    )
    {
        if (options.Directory.Length == 0)
        {
            return null;
        }

        var other = new OtherAgent(options.Directory);
        try
        {
            options.MakeDirectory();
            if (
                OwnDirectory.Problem(options.Directory) is { } problem
                && !OwnDirectory.TryTake(options.Directory)
            )
            {
                throw new StartException(
                    $"state.directory: {options.Directory}: {problem}, so its files need not be the agent's own; give it one of its own"
                );
            }

            if (ProcessLock.TryTake(other.LockPath) is { } taken)
            {
                return taken;
            }
        }
        catch (Exception error) when (error is BpfException or IOException or UnauthorizedAccessException)
        {
            AgentLog.NotLocked(logger, FirstLine(error.Message));
            return null;
        }

        var process = other.Process;
        if (!options.TakeOver)
        {
            throw new AgentRunningException(options.Directory, process);
        }

        AgentLog.TakingOver(logger, process);
        return await other.ReplaceAsync(keep: true, TakeOverPatience, stop)
            ?? throw new AgentRunningException(options.Directory, process);
    }

    // The lock of an agent that is ending is free a moment later than the first one.
    private static async Task<(PinDirectory? Directory, string Missing)> OpenPinsAsync(
        StateOptions options,
        CancellationToken stop
    )
    {
        if (options.BpfDirectory.Length == 0)
        {
            return (null, "");
        }

        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (PinDirectory.Open(options.BpfDirectory) is { } pins)
                {
                    return (pins, "");
                }
            }
            catch (BpfException error)
            {
                return (null, FirstLine(error.Message));
            }

            if (Stopwatch.GetElapsedTime(start) > PinPatience)
            {
                throw new AgentRunningException(options.BpfDirectory, 0);
            }

            await Task.Delay(Pause, stop);
        }
    }

    private static string FirstLine(string message) => message.Split('\n', 2)[0];
}
