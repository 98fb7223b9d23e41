using System.Diagnostics;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Probing;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tracing;

/// <summary>The programs that tell of each packet's way, in the kernel and attached; everything vanishes from the kernel when it is disposed or the process ends.</summary>
public sealed class PacketTraceProgram : IDisposable
{
    private const string Resource = "trace.bpf.o";

    /// <summary>Program, tracepoint, and what is not told without it; null: it is needed.</summary>
    private static readonly (string Name, string Tracepoint, string? Without)[] Programs =
    [
        ("netmon_trace_receive", "netif_receive_skb", null),
        ("netmon_trace_send", "net_dev_queue", null),
        ("netmon_trace_drop", "kfree_skb", null),
        ("netmon_trace_done", "consume_skb", "the end of packets"),
        ("netmon_trace_driver", "net_dev_xmit", "what drivers answer"),
        ("netmon_trace_socket", "tcp_probe", "which packets TCP connections take"),
        ("netmon_trace_ready", "sk_data_ready", "which packets other sockets take"),
        ("netmon_trace_read", "skb_copy_datagram_iovec", "which packets processes read"),
    ];

    private readonly List<FileDescriptor> _links = [];
    private readonly List<BpfProgram> _programs = [];
    private readonly BpfMap _events;
    private readonly BpfMap _packets;
    private readonly BpfMap _counters;
    private readonly TraceCounters[] _countersPerCpu = new TraceCounters[Libbpf.libbpf_num_possible_cpus()];

    private PacketTraceProgram(BpfObject bpfObject)
    {
        _events = bpfObject.TakeMap("trace_events");
        _packets = bpfObject.TakeMap("trace_packets");
        _counters = bpfObject.TakeMap("trace_counters");
        Ring = new RingBuffer<TraceEvent>(_events);
    }

    public RingBuffer<TraceEvent> Ring { get; }

    /// <summary>When the last program was at work, nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong AttachedNs { get; private set; }

    /// <summary>What is not told, since the kernel has no hook for it.</summary>
    public IReadOnlyList<string> Missing { get; private init; } = [];

    /// <summary>Loads and attaches.</summary>
    /// <exception cref="BpfException">libbpf is missing, privileges are, or the kernel refused what is needed.</exception>
    public static PacketTraceProgram Load(PacketFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        using var bpfObject = BpfObject.Open(FlowProgram.ReadResource(Resource), "netmon_trace"u8);
        bpfObject.SetVariable(".rodata", "filter", filter.ToRecord());
        var taken = new List<string>();
        var missing = new List<string>();
        foreach (var (name, tracepoint, without) in Programs)
        {
            if (without is not null && HookProbe.Try(KernelHook.Typed(tracepoint)) is { } problem)
            {
                missing.Add($"{without}: {problem}");
                bpfObject.LeaveOut(name);
            }
            else
            {
                taken.Add(name);
            }
        }

        bpfObject.Load();
        var program = new PacketTraceProgram(bpfObject) { Missing = missing };
        try
        {
            foreach (var name in taken)
            {
                var one = bpfObject.TakeProgram(name);
                program._programs.Add(one);
                program._links.Add(BpfLink.CreateTracepoint(one.Descriptor, []));
            }

            program.AttachedNs = (ulong)Stopwatch.GetTimestamp();
            return program;
        }
        catch
        {
            program.Dispose();
            throw;
        }
    }

    /// <summary>Counters since the load, summed over the CPUs.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public TraceCounters ReadCounters()
    {
        _counters.LookupPerCpu(0, _countersPerCpu.AsSpan());
        var sum = default(TraceCounters);
        foreach (ref readonly var one in _countersPerCpu.AsSpan())
        {
            sum.Events += one.Events;
            sum.Lost += one.Lost;
            sum.Limited += one.Limited;
            sum.Untold += one.Untold;
        }

        return sum;
    }

    /// <summary>
    /// Times that the kernel did not run a program, since it ran already on that CPU: an interrupt came meanwhile. Of any packet, whether it fits or not.
    /// </summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ulong ReadMissed()
    {
        var missed = 0ul;
        foreach (var program in _programs)
        {
            missed += program.ReadMissed();
        }

        return missed;
    }

    public void Dispose()
    {
        foreach (var link in _links)
        {
            BpfLink.Detach(link);
        }

        Ring.Dispose();
        foreach (var program in _programs)
        {
            program.Dispose();
        }

        _events.Dispose();
        _packets.Dispose();
        _counters.Dispose();
    }
}
