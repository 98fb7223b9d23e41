using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Packets;

namespace NetMon.Bpf.Tests.Tracking;

/// <summary>A TCP connection from 10.0.0.1:40000 to 10.0.0.2:80, told segment by segment; sequence numbers start where the test says.</summary>
internal sealed class Conversation(KernelRun run, uint clientSequence = 1000, uint serverSequence = 5000)
{
    public const string Name = "6 10.0.0.1 40000 > 10.0.0.2 80";
    public const ushort ClientPort = 40000;
    public const ushort ServerPort = 80;

    /// <summary>Next sequence numbers of both ends, as a sender would have them.</summary>
    public uint ClientNext { get; set; } = clientSequence;
    public uint ServerNext { get; set; } = serverSequence;

    public static Packet FromClient(TcpFlags flags, uint sequence, int payload = 0, ushort window = 1000) =>
        Packet
            .Ethernet()
            .IPv4("10.0.0.1", "10.0.0.2")
            .Tcp(ClientPort, ServerPort, flags, sequence, t => t with { Window = window })
            .Payload(payload);

    public static Packet FromServer(TcpFlags flags, uint sequence, int payload = 0, ushort window = 1000) =>
        Packet
            .Ethernet()
            .IPv4("10.0.0.2", "10.0.0.1")
            .Tcp(ServerPort, ClientPort, flags, sequence, t => t with { Window = window })
            .Payload(payload);

    public Conversation Client(TcpFlags flags, int payload = 0, ushort window = 1000)
    {
        run.Feed(FromClient(flags, ClientNext, payload, window));
        ClientNext += Length(flags, payload);
        return this;
    }

    public Conversation Server(TcpFlags flags, int payload = 0, ushort window = 1000)
    {
        run.Feed(FromServer(flags, ServerNext, payload, window));
        ServerNext += Length(flags, payload);
        return this;
    }

    /// <summary>SYN, SYN/ACK, ACK.</summary>
    public Conversation Open() =>
        Client(TcpFlags.Syn).Server(TcpFlags.Syn | TcpFlags.Ack).Client(TcpFlags.Ack);

    /// <summary>FIN and its ACK, both ways.</summary>
    public Conversation Close() =>
        Client(TcpFlags.Fin | TcpFlags.Ack)
            .Server(TcpFlags.Ack)
            .Server(TcpFlags.Fin | TcpFlags.Ack)
            .Client(TcpFlags.Ack);

    private static uint Length(TcpFlags flags, int payload) =>
        (uint)payload + ((flags & (TcpFlags.Syn | TcpFlags.Fin)) != TcpFlags.None ? 1u : 0u);
}
