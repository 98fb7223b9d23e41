using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using NetMon.Bpf.Interop;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Sockets;

/// <summary>The socket programs and their maps, loaded and attached. Everything vanishes from the kernel when it is disposed or the process ends, unless it is pinned.</summary>
/// <remarks>
/// Not thread-safe; the ring, iterators and counters may each be used by a thread of their own. What is attached to the root of the cgroup v2
/// hierarchy can be done without: <see cref="Missing"/>.
/// </remarks>
public sealed class SocketProgram : IDisposable
{
    private const string Resource = "sockets.bpf.o";
    private const string StateProgram = "netmon_socket_state";
    private const string WalkProgram = "netmon_sockets";
    private const string PinKind = "sockets";
    private const string LinkPin = "link_";
    private const string WalkPin = "walk";

    /// <summary>Program, hook (enum bpf_attach_type of linux/bpf.h), and whether it is about UDP.</summary>
    private static readonly (string Name, int Hook, bool IsUdp)[] CgroupPrograms =
    [
        ("netmon_socket_connect", 3, false), // BPF_CGROUP_SOCK_OPS
        ("netmon_udp_bind4", 12, true), // BPF_CGROUP_INET4_POST_BIND
        ("netmon_udp_bind6", 13, true), // BPF_CGROUP_INET6_POST_BIND
        ("netmon_udp_send4", 14, true), // BPF_CGROUP_UDP4_SENDMSG
        ("netmon_udp_send6", 15, true), // BPF_CGROUP_UDP6_SENDMSG
        ("netmon_udp_close", 34, true), // BPF_CGROUP_INET_SOCK_RELEASE
    ];

    private readonly List<FileDescriptor> _links = [];
    private readonly List<BpfProgram> _programs = [];
    private readonly BpfMap _events;
    private readonly BpfMap _owners;
    private readonly BpfMap _counters;
    private readonly FileDescriptor _walk;
    private readonly SocketCounters[] _countersPerCpu;

    private BpfMap? _types;
    private bool _pinned;

    /// <param name="map">Gives the maps by their names.</param>
    /// <param name="program">Gives the programs by their names.</param>
    /// <param name="walk">The iterator's link; null: it is to be made.</param>
    private SocketProgram(
        Func<string, BpfMap> map,
        Func<string, BpfProgram> program,
        FileDescriptor? walk = null
    )
    {
        _events = map("events");
        _owners = map("owners");
        _counters = map("counters");
        _programs.Add(program(StateProgram));
        _programs.Add(program(WalkProgram));
        _walk = walk ?? BpfLink.CreateIterator(_programs[1].Descriptor);
        Ring = new RingBuffer<SocketEvent>(_events);
        _countersPerCpu = new SocketCounters[Libbpf.libbpf_num_possible_cpus()];
    }

    public RingBuffer<SocketEvent> Ring { get; }

    /// <summary>Events that programs of another build, or with other settings, had put on their ring, and nobody took: older than those of the ring.</summary>
    public IReadOnlyList<SocketEvent> Inherited { get; private init; } = [];

    /// <summary>Why connections are told of only when they are established; empty if they are told of before.</summary>
    public string ConnectMissing { get; private set; } = "";

    /// <summary>Why UDP sockets are found by walks only; empty if they are told of at once.</summary>
    public string UdpMissing { get; private set; } = "";

    /// <summary>Kernel memory of the ring and the counters, as /proc/self/fdinfo accounts it; that of owners is with their sockets.</summary>
    /// <exception cref="BpfException">The kernel does not say.</exception>
    public long MapMemoryBytes => _events.MemoryBytes + _counters.MemoryBytes;

    /// <summary>Whether they are an earlier process's, with the events that came meanwhile.</summary>
    public bool Adopted { get; private init; }

    /// <summary>Removes what an earlier process left attached.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public static void Remove(PinDirectory? pins) => ObjectPins.Remove(pins, PinKind);

    /// <summary>As the one below, but takes over exactly the same of an earlier process, and lets what it attaches outlive this one.</summary>
    /// <param name="options">Fixed while they are loaded.</param>
    /// <param name="pins">Where; null: nowhere.</param>
    /// <exception cref="BpfException">As the one below.</exception>
    public static SocketProgram Load(SocketProgramOptions options, PinDirectory? pins)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (pins is null)
        {
            return Load(options);
        }

        var image = FlowProgram.ReadResource(Resource);
        var own = new ObjectPins(pins, PinKind, image, Encoding.UTF8.GetBytes(Describe(options)));
        SocketInheritance? inheritance = null;
        try
        {
            if (own.Exist)
            {
                own.RemoveOthers();
                return Adopt(own);
            }

            inheritance = new SocketInheritance(own);
        }
        catch (BpfException)
        {
            Remove(pins);
        }

        using (inheritance)
        {
            try
            {
                var loaded = Load(options, inheritance);
                loaded.Keep(own, pins);
                return loaded;
            }
            catch (BpfException)
            {
                // Nobody would read what those before gather.
                Remove(pins);
                throw;
            }
        }
    }

    /// <summary>Loads the programs that this assembly carries, and attaches them.</summary>
    /// <exception cref="BpfException">libbpf is missing, privileges are, or the kernel refused what cannot be done without: says what, errno, and libbpf's log.</exception>
    public static SocketProgram Load(SocketProgramOptions options) => Load(options, inheritance: null);

    private static SocketProgram Load(SocketProgramOptions options, SocketInheritance? inheritance)
    {
        ArgumentNullException.ThrowIfNull(options);
        var root = options.CgroupRoot ?? CgroupRoot.FindVersion2();
        if (root is null)
        {
            return Load(
                options,
                null,
                "the root of the cgroup v2 hierarchy is not mounted here",
                inheritance
            );
        }

        using var cgroup = Libc.Open(root, Libc.O_CLOEXEC);
        if (cgroup.IsInvalid)
        {
            return Load(options, null, $"cannot open {root}: errno {Libc.LastError}", inheritance);
        }

        try
        {
            return Load(options, cgroup, "", inheritance);
        }
        catch (BpfException error)
        {
            // A kernel that knows some of the hooks only: the rest has to be enough.
            return Load(
                options,
                null,
                $"the kernel refuses the cgroup programs: errno {error.Error}",
                inheritance
            );
        }
    }

    /// <summary>Starts a walk through the open files of all tasks.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public SocketIterator OpenWalk() => SocketIterator.Open(_walk);

    /// <summary>Counters since the load, summed over the CPUs. One thread only.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public SocketCounters ReadCounters()
    {
        _counters.LookupPerCpu(0, _countersPerCpu.AsSpan());
        var sum = default(SocketCounters);
        foreach (ref readonly var one in _countersPerCpu.AsSpan())
        {
            sum.Events += one.Events;
            sum.EventsLost += one.EventsLost;
            sum.StorageFailed += one.StorageFailed;
            sum.Seen += one.Seen;
            sum.Files += one.Files;
        }

        return sum;
    }

    /// <summary>Changes of a TCP socket's state that were missed because the program was running on the same CPU: they came in an interrupt. From any thread.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ulong ReadMissed() => _programs[0].ReadMissed();

    /// <summary>What the kernel measured of the programs.</summary>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public ProgramStatistics[] ReadRunStatistics() =>
        [.. _programs.Select(program => program.ReadStatistics())];

    public void Dispose()
    {
        foreach (var link in _links)
        {
            if (_pinned)
            {
                link.Dispose();
            }
            else
            {
                BpfLink.Detach(link);
            }
        }

        _walk.Dispose();
        Ring.Dispose();
        foreach (var program in _programs)
        {
            program.Dispose();
        }

        _events.Dispose();
        _owners.Dispose();
        _counters.Dispose();
        _types?.Dispose();
    }

    private static SocketProgram Load(
        SocketProgramOptions options,
        FileDescriptor? cgroup,
        string missing,
        SocketInheritance? inheritance
    )
    {
        using var bpfObject = BpfObject.Open(FlowProgram.ReadResource(Resource), "netmon_sockets"u8);
        bpfObject.SetMaxEntries("events", options.RingBytes);
        bpfObject.SetVariable(
            ".rodata",
            "config",
            new SocketConfig
            {
                StaleNs = (ulong)options.StaleAfter.TotalNanoseconds,
                Loopback = options.Loopback ? (byte)1 : (byte)0,
            }
        );
        if (cgroup is null)
        {
            foreach (var (name, _, _) in CgroupPrograms)
            {
                bpfObject.LeaveOut(name);
            }
        }

        bpfObject.Load();
        inheritance?.GiveTo(bpfObject);
        var program = new SocketProgram(bpfObject.TakeMap, bpfObject.TakeProgram)
        {
            ConnectMissing = missing,
            UdpMissing = missing,
            Inherited = inheritance?.Events ?? [],
            _types = BpfMap.Holding("netmon_types", bpfObject.TypeBytes),
        };
        try
        {
            program.Attach(bpfObject, cgroup);
            return program;
        }
        catch (BpfException)
        {
            program.Dispose();
            throw;
        }
    }

    private static SocketProgram Adopt(ObjectPins pins)
    {
        var program = new SocketProgram(pins.Map, pins.Program, pins.Link(WalkPin))
        {
            Adopted = true,
            _pinned = true,
        };
        try
        {
            program._links.Add(pins.Link(LinkPin + StateProgram));
            foreach (var (name, _, _) in CgroupPrograms)
            {
                program._programs.Add(pins.Program(name));
                program._links.Add(pins.Link(LinkPin + name));
            }

            return program;
        }
        catch (BpfException)
        {
            program._pinned = false;
            program.Dispose();
            throw;
        }
    }

    /// <summary>Only where nothing is missing: what is missing could be had at the next start.</summary>
    private void Keep(ObjectPins own, PinDirectory pins)
    {
        if (ConnectMissing.Length > 0 || UdpMissing.Length > 0)
        {
            return;
        }

        string[] attached = [StateProgram, .. CgroupPrograms.Select(each => each.Name)];
        try
        {
            own.Keep([
                ("events", _events.Descriptor),
                ("owners", _owners.Descriptor),
                ("counters", _counters.Descriptor),
                (WalkPin, _walk),
                .. _types is { } types
                    ? [(FlowGeneration.Types, types.Descriptor)]
                    : Array.Empty<(string, FileDescriptor)>(),
                .. _programs.Select(program => (program.Name, program.Descriptor)),
                .. attached.Zip(_links, (name, link) => (LinkPin + name, link)),
            ]);
            _pinned = true;
        }
        catch (BpfException)
        {
            Remove(pins);
        }
    }

    private static string Describe(SocketProgramOptions options) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{options.RingBytes} {options.StaleAfter.Ticks} {options.Loopback} {options.CgroupRoot}"
        );

    private void Attach(BpfObject bpfObject, FileDescriptor? cgroup)
    {
        _links.Add(BpfLink.CreateTracepoint(_programs[0].Descriptor, []));
        if (cgroup is null)
        {
            return;
        }

        foreach (var (name, hook, isUdp) in CgroupPrograms)
        {
            var program = bpfObject.TakeProgram(name);
            _programs.Add(program);
            var link = BpfLink.CreateCgroup(program.Descriptor, cgroup, hook);
            if (link >= 0)
            {
                _links.Add(new FileDescriptor(link));
            }
            else if (isUdp)
            {
                UdpMissing = $"cannot attach {name}: errno {-link}";
            }
            else
            {
                ConnectMissing = $"cannot attach {name}: errno {-link}";
            }
        }
    }
}
