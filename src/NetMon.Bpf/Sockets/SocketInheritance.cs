using System.Runtime.InteropServices;
using NetMon.Bpf.Layouts;
using NetMon.Bpf.Objects;
using NetMon.Bpf.Pinning;
using NetMon.Bpf.Records;

namespace NetMon.Bpf.Sockets;

/// <summary>What socket programs of another build or with other settings left: their counters, and the events that nobody took.</summary>
internal sealed class SocketInheritance : IDisposable
{
    private readonly List<ObjectPredecessor> _predecessors;

    /// <param name="own">Of the programs that come.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public SocketInheritance(ObjectPins own) => _predecessors = own.OpenOthers();

    /// <summary>Oldest first.</summary>
    public List<SocketEvent> Events { get; private set; } = [];

    /// <summary>Ends them, and puts their counters into the map of an object that is attached to nothing yet.</summary>
    /// <param name="bpfObject">Loaded. If it is given up, another one may follow.</param>
    /// <exception cref="BpfException">The kernel refused.</exception>
    public void GiveTo(BpfObject bpfObject)
    {
        Events = [];
        using var counters = bpfObject.TakeMap("counters");
        foreach (var predecessor in _predecessors)
        {
            predecessor.Detach();
            if (
                predecessor.Map("counters") is { } old
                && predecessor.TranslationTo(bpfObject, "socket_counters") is { } translation
            )
            {
                ObjectPredecessor.Add(old, translation, counters);
            }

            if (
                predecessor.Map("events") is { } ring
                && predecessor.TranslationTo(bpfObject, "socket_event") is { } events
            )
            {
                using var reader = new RingBuffer<byte>(ring, events.FromSize);
                var sink = new Sink(events, Events);
                reader.Peek(ref sink, int.MaxValue);
            }
        }
    }

    public void Dispose() => _predecessors.ForEach(each => each.Dispose());

    private readonly struct Sink(RecordTranslation translation, List<SocketEvent> events)
        : IRecordHandler<byte>
    {
        public void OnRecord(in byte record, ulong position)
        {
            var one = default(SocketEvent);
            translation.Apply(
                MemoryMarshal.CreateReadOnlySpan(in record, translation.FromSize),
                MemoryMarshal.AsBytes(new Span<SocketEvent>(ref one))
            );
            events.Add(one);
        }
    }
}
