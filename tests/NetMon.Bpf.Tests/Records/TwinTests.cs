using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Tests.Records;

/// <summary>The C# structs and enums against the type information that the compiler wrote for those of bpf/netmon.h.</summary>
public class TwinTests
{
    public static TheoryData<string, Type> Structs =>
        new()
        {
            { "flow_key", typeof(FlowKey) },
            { "flow_traffic", typeof(FlowTraffic) },
            { "flow_state", typeof(FlowStateRecord) },
            { "flow_handshake", typeof(FlowHandshake) },
            { "flow_events", typeof(FlowEvents) },
            { "flow_round_trips", typeof(FlowRoundTrips) },
            { "flow_extremes", typeof(FlowExtremes) },
            { "flow_record", typeof(FlowRecord) },
            { "netmon_counters", typeof(KernelCounters) },
            { "overflow_bucket", typeof(OverflowBucket) },
            { "netmon_carried", typeof(CarriedCounts) },
            { "interface_info", typeof(InterfaceInfo) },
            { "netmon_config", typeof(NetmonConfig) },
            { "netmon_sampling", typeof(NetmonSampling) },
            { "socket_owner", typeof(SocketOwnerRecord) },
            { "socket_event", typeof(SocketEvent) },
            { "socket_counters", typeof(SocketCounters) },
            { "socket_config", typeof(SocketConfig) },
        };

    public static TheoryData<string, Type> DropStructs =>
        new()
        {
            { "drop_key", typeof(DropKey) },
            { "drop_value", typeof(DropValue) },
            { "drop_total", typeof(DropTotal) },
            { "drop_place", typeof(DropPlace) },
            { "drop_config", typeof(DropConfig) },
        };

    public static TheoryData<string, Type> TraceStructs =>
        new()
        {
            { "trace_event", typeof(TraceEvent) },
            { "trace_filter", typeof(TraceFilterRecord) },
            { "trace_counters", typeof(TraceCounters) },
        };

    public static TheoryData<string, string, Type> Enums =>
        new()
        {
            { "flow_tcp_state", "TCP_", typeof(FlowTcpState) },
            { "flow_flags", "FLOW_", typeof(FlowFlags) },
            { "record_reason", "RECORD_", typeof(RecordReason) },
            { "interface_kind", "INTERFACE_", typeof(InterfaceKind) },
            { "overflow_class", "OVERFLOW_", typeof(OverflowClass) },
            { "drop_path", "DROP_", typeof(DropPath) },
            { "drop_unattributed", "DROP_", typeof(DropUnattributed) },
            { "socket_kind", "SOCKET_", typeof(SocketKind) },
            { "socket_flags", "SOCKET_", typeof(SocketFlags) },
            { "trace_point", "TRACE_", typeof(TracePoint) },
        };

    [Theory]
    [MemberData(nameof(Structs))]
    public void Every_field_lies_where_the_header_says(string name, Type twin) =>
        Compare(new TypeInformation(Header()), name, twin);

    [Theory]
    [MemberData(nameof(TraceStructs))]
    public void Every_field_of_a_trace_lies_where_the_header_says(string name, Type twin) =>
        Compare(new TypeInformation(Header()), name, twin);

    /// <summary>With one word more, each flow would take twice the memory (docs/decisions/0003-size-of-a-flow-entry.md).</summary>
    [Fact]
    public void A_flow_fits_the_kernels_object_of_512_bytes() =>
        Assert.InRange(new TypeInformation(Header()).SizeOfStruct("flow_value"), 0, 512 - 8 - 48 - 40);

    [Theory]
    [MemberData(nameof(DropStructs))]
    public void Every_field_of_a_drop_lies_where_the_header_and_the_embedded_program_say(
        string name,
        Type twin
    )
    {
        Compare(new TypeInformation(Header()), name, twin);
        var file = TestObjects.TemporaryFile($"embedded-{name}.o");
        File.WriteAllBytes(file, FlowProgram.ReadResource("drops.bpf.o"));
        Compare(new TypeInformation(file), name, twin);
    }

    [Theory]
    [InlineData("flows.bpf.o", false)]
    [InlineData("sockets.bpf.o", true)]
    public void The_embedded_programs_agree_with_the_twins(string resource, bool isOfSockets)
    {
        var file = TestObjects.TemporaryFile(resource);
        File.WriteAllBytes(file, FlowProgram.ReadResource(resource));
        var types = new TypeInformation(file);
        foreach (var row in Structs)
        {
            var (name, twin) = ((string)row[0], (Type)row[1]);

            // A record is on the programs' stack and in the ring only, of which there is no type information.
            if (
                name is not ("flow_record" or "socket_event")
                && name.StartsWith("socket_", StringComparison.Ordinal) == isOfSockets
            )
            {
                Compare(types, name, twin);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Enums))]
    public void Every_value_of_an_enum_is_the_headers(string name, string prefix, Type twin)
    {
        var theirs = new TypeInformation(Header())
            .ValuesOf(name)
            .Where(value => value.Key is not ("OVERFLOW_CLASSES" or "DROP_UNATTRIBUTED"))
            .ToDictionary(value => Plain(value.Key[prefix.Length..]), value => value.Value);
        var ours = Enum.GetNames(twin).ToDictionary(Plain, value => Convert.ToInt64(Enum.Parse(twin, value)));

        // A set of flags has a name for none, which C does without.
        if (ours.TryGetValue("none", out var none) && none == 0 && !theirs.ContainsKey("none"))
        {
            ours.Remove("none");
        }

        Assert.Equal(theirs.OrderBy(value => value.Value), ours.OrderBy(value => value.Value));
    }

    [Fact]
    public void Constants_are_the_headers()
    {
        var types = new TypeInformation(Header());
        var observer = types.ValuesOf("observer");
        Assert.Equal(FlowStateRecord.ObserverEgress, (uint)observer["EGRESS"]);
        Assert.Equal(FlowStateRecord.ObserverPod, (uint)observer["POD"]);
        Assert.Equal(FlowStateRecord.ObserverIfindex, (uint)observer["IFINDEX"]);
        Assert.Equal(OverflowBucket.Count, types.ValuesOf("overflow_class")["OVERFLOW_CLASSES"] * 2);
        Assert.Equal(
            DropUnattributedPackets.Length,
            types.ValuesOf("drop_unattributed")["DROP_UNATTRIBUTED"]
        );
        var ports = types.MembersOf("netmon_config").Single(m => m.Name == "overlay_ports");
        Assert.Equal(FlowProgramOptions.MaxOverlayPorts, ports.Size / sizeof(ushort));
    }

    private static string Header() => TestObjects.Compile("Records/layout.bpf.c");

    private static void Compare(TypeInformation types, string name, Type twin)
    {
        var theirs = types.MembersOf(name);
        var ours = Fields(twin);
        Assert.Equal(
            theirs.Select(member => member with { Name = Plain(member.Name) }),
            ours.Select(field => field with { Name = Plain(field.Name) })
        );
        Assert.Equal(types.SizeOfStruct(name), SizeOf(twin));
    }

    /// <summary>Sets each field's bits in turn and looks where they are.</summary>
    private static List<Member> Fields(Type type)
    {
        var fields = new List<Member>();
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public))
        {
            var bytes = (byte[])
                typeof(TwinTests)
                    .GetMethod(nameof(BytesOf), BindingFlags.Static | BindingFlags.NonPublic)!
                    .MakeGenericMethod(type, field.FieldType)
                    .Invoke(null, [field])!;
            var first = Array.IndexOf(bytes, (byte)0xff);
            var size = bytes.Count(b => b == 0xff);
            Assert.Equal(first + size - 1, Array.LastIndexOf(bytes, (byte)0xff));

            // reserved[3] has three fields in C#, which has no arrays in structs.
            if (field.Name is "Reserved1" or "Reserved2")
            {
                fields[^1] = fields[^1] with { Size = fields[^1].Size + size };
            }
            else
            {
                fields.Add(new Member(field.Name, first, size));
            }
        }

        return fields;
    }

    private static byte[] BytesOf<T, TField>(FieldInfo field)
        where T : unmanaged
        where TField : unmanaged
    {
        var ones = new byte[Unsafe.SizeOf<TField>()];
        Array.Fill(ones, (byte)0xff);
        object box = default(T);
        field.SetValue(box, MemoryMarshal.Read<TField>(ones));
        var value = (T)box;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();
    }

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, [])!;

    /// <summary>A name without what C# and C do differently.</summary>
    private static string Plain(string name) =>
        name.Replace("_", "").ToLowerInvariant() switch
        {
            "addr" => "address",
            "reserved0" => "reserved",
            var plain => plain,
        };
}
