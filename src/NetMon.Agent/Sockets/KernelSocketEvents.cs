using NetMon.Bpf;
using NetMon.Bpf.Records;
using NetMon.Bpf.Sockets;

namespace NetMon.Agent.Sockets;

/// <summary>The events of the socket programs in the kernel.</summary>
internal sealed class KernelSocketEvents(SocketProgram program) : ISocketEvents
{
    private int _handed;

    public int Consume(SocketSink sink, int max)
    {
        var count = 0;
        while (count < max && _handed < program.Inherited.Count)
        {
            var one = program.Inherited[_handed++];
            sink.OnRecord(in one, 0);
            count++;
        }

        return count > 0 ? count : program.Ring.Consume(ref sink, max);
    }

    public bool HasMuch => program.Ring.PendingBytes > program.Ring.Capacity / 16;

    public ISocketWalk OpenWalk() => new Walk(program.OpenWalk());

    private sealed class Walk(SocketIterator iterator) : ISocketWalk
    {
        public int Read(Span<SocketEvent> events) => iterator.Read(events);

        public void Dispose() => iterator.Dispose();
    }
}

/// <summary>Hands the ring's events on; a struct, so that the reader's loop calls it directly.</summary>
internal readonly struct SocketSink(SocketSource source) : IRecordHandler<SocketEvent>
{
    public void OnRecord(in SocketEvent record, ulong position) => source.Apply(in record);
}
