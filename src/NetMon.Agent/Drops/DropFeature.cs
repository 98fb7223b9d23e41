using System.Globalization;
using Microsoft.Extensions.Logging;
using NetMon.Agent.Features;
using NetMon.Agent.Logging;
using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Drops;
using NetMon.Bpf.Pinning;

namespace NetMon.Agent.Drops;

/// <summary>Drops as a whole: loads what the kernel allows, and says what is missing.</summary>
internal sealed class DropFeature : IDisposable
{
    public const string Name = "drops";

    private readonly DropProgram _program;
    private readonly DropReader _reader;

    private DropFeature(DropProgram program, DropReader reader, DropFlows flows)
    {
        _program = program;
        _reader = reader;
        Flows = flows;
    }

    /// <summary>For the capture loop.</summary>
    public DropFlows Flows { get; }

    /// <summary>Loads what it takes; on any thread, beside other loads.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="pins">Where the program outlives the agent; null: nowhere.</param>
    /// <returns>Null if drops are switched off.</returns>
    public static LoadedDrops? Load(DropOptions options, PinDirectory? pins)
    {
        if (!options.Enabled)
        {
            DropProgram.Remove(pins);
            return null;
        }

        var (reasons, missing) = ReadReasons();
        try
        {
            var program = DropProgram.Load(
                new DropProgramOptions { MaxEntries = options.MaxEntries, Ordinary = reasons.Ordinary },
                pins
            );
            if (missing.Length == 0 && SymbolsAreHidden())
            {
                missing =
                    "the kernel hides its addresses (kernel.kptr_restrict): where packets are dropped has no name";
            }

            return new LoadedDrops(program, reasons, missing);
        }
        catch (BpfException error)
        {
            var reason = $"{error.Message.Split('\n')[0]}: what the kernel drops is not seen";
            return new LoadedDrops(Program: null, reasons, reason);
        }
    }

    /// <summary>Starts what was loaded; the features say how it stands.</summary>
    /// <returns>Null if there is nothing to start.</returns>
    /// <param name="loaded">What <see cref="Load"/> gave.</param>
    /// <param name="agent">What drops are given to.</param>
    /// <param name="options">Its settings.</param>
    /// <param name="wake">Wakes the capture loop.</param>
    /// <param name="logger">Its log.</param>
    public static DropFeature? Start(
        LoadedDrops? loaded,
        RunningAgent agent,
        AgentOptions options,
        Action wake,
        ILogger<DropFeature> logger
    )
    {
        if (loaded is null)
        {
            agent.Features.Off(Name);
            agent.Drops.Unavailable = "drops are switched off (features.drops.enabled)";
            return null;
        }

        if (loaded.Missing.Length > 0)
        {
            agent.Features.Degraded(Name, loaded.Missing);
        }
        else
        {
            agent.Features.On(Name);
        }

        if (loaded.Program is not { } program)
        {
            agent.Drops.Unavailable = loaded.Missing;
            return null;
        }

        AgentLog.DropsWatched(logger, program.IsTyped ? "tp_btf" : "raw_tp");
        return Connect(agent, options, loaded.Reasons, program, wake, logger);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _program.Dispose();
    }

    private static DropFeature Connect(
        RunningAgent agent,
        AgentOptions options,
        DropReasons reasons,
        DropProgram program,
        Action wake,
        ILogger logger
    )
    {
        var source = new KernelDropSource(program);
        var places = new DropPlaces(KernelSymbols.Find);
        var counters = new DropCounters();
        var reader = new DropReader(source, reasons, places, counters, wake, logger);
        var metrics = new DropMetrics(source, reasons, counters, agent.Registry, options.Metrics);
        var flows = agent.ConnectDrops(reader, reasons, places, metrics, counters, OwnNetns());
        agent.Drops.Unavailable = null;
        reader.Start();
        return new DropFeature(program, reader, flows);
    }

    private static (DropReasons Reasons, string Missing) ReadReasons()
    {
        try
        {
            var reasons = new DropReasons(DropReasonNames.Read());
            return (
                reasons,
                reasons.HasReasons
                    ? ""
                    : "the kernel has no drop reasons (Linux 5.17): where packets are dropped is all that is known"
            );
        }
        catch (BpfException error)
        {
            return (
                new DropReasons(new Dictionary<uint, string>()),
                $"{error.Message.Split('\n')[0]}: reasons have no names"
            );
        }
    }

    private static bool SymbolsAreHidden()
    {
        try
        {
            return KernelSymbols.AreHidden();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <returns>0 if it cannot be read.</returns>
    internal static uint OwnNetns()
    {
        var target = new FileInfo("/proc/self/ns/net").LinkTarget ?? "";
        var start = target.IndexOf('[', StringComparison.Ordinal) + 1;
        return
            start > 0
            && uint.TryParse(
                target.AsSpan(start).TrimEnd(']'),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var inode
            )
            ? inode
            : 0;
    }
}

/// <summary>What was loaded of drops.</summary>
/// <param name="Program">Null if the kernel refused it.</param>
/// <param name="Reasons">Of the running kernel.</param>
/// <param name="Missing">What is missing, and what is lost without it; empty if nothing is.</param>
internal sealed record LoadedDrops(DropProgram? Program, DropReasons Reasons, string Missing);
