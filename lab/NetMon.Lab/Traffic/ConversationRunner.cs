using System.Net;
using System.Net.Sockets;
using NetMon.Lab.Machines;

namespace NetMon.Lab.Traffic;

/// <summary>Payload that the sockets of a conversation sent and received.</summary>
public readonly record struct Payload(long Sent, long Received);

/// <summary>Makes a conversation happen: with sockets in both ends' namespaces, or with ping.</summary>
internal static class ConversationRunner
{
    private const int Patience = 30_000;

    /// <returns>What the client's sockets moved; zero for echoes.</returns>
    /// <exception cref="LabException">Something did not arrive.</exception>
    public static Payload Run(Conversation conversation)
    {
        try
        {
            return conversation switch
            {
                { IsEcho: true } => Echo(conversation),
                { Server: null } => AskNobody(conversation),
                { Protocol: "tcp" } => Connect(conversation),
                _ => Send(conversation),
            };
        }
        catch (Exception e) when (e is SocketException or IOException or AggregateException)
        {
            throw new LabException($"{conversation}: {e.Message}", e);
        }
    }

    private static Payload Echo(Conversation conversation)
    {
        using var ping = conversation.Client.Namespace.Start(
            "ping",
            [
                "-n",
                "-i",
                "0.02",
                "-W",
                "5",
                "-c",
                $"{conversation.Times}",
                "-s",
                $"{conversation.BytesUp}",
                .. Source(conversation),
                $"{conversation.Asked}",
            ]
        );
        ping.WaitForExit();
        return default;
    }

    // The world has several addresses; the others' kernel chooses theirs.
    private static string[] Source(Conversation conversation) =>
        conversation.Client.Kind == EndKind.Outside
            ? ["-I", $"{conversation.Client.Address(conversation.V6)}"]
            : [];

    private static Payload Connect(Conversation conversation)
    {
        using var listener = ServerSocket(conversation, SocketType.Stream, ProtocolType.Tcp);
        listener.Listen();
        var serving = Task.Factory.StartNew(
            () => Serve(listener, conversation),
            TaskCreationOptions.LongRunning
        );
        var payload = default(Payload);
        for (var i = 0; i < conversation.Times; i++)
        {
            using var client = ClientSocket(conversation, SocketType.Stream, ProtocolType.Tcp);
            conversation.Client.Namespace.Inside(() =>
            {
                client.Connect(conversation.Asked, conversation.AskedPort);
                return true;
            });
            client.Send(new byte[conversation.BytesUp]);
            client.Shutdown(SocketShutdown.Send);
            payload = new(payload.Sent + conversation.BytesUp, payload.Received + ReadToEnd(client));
        }

        serving.GetAwaiter().GetResult();
        Check(conversation, payload.Received == (long)conversation.Times * conversation.BytesDown);
        return payload;
    }

    private static void Serve(Socket listener, Conversation conversation)
    {
        for (var i = 0; i < conversation.Times; i++)
        {
            if (!listener.Poll(TimeSpan.FromMilliseconds(Patience), SelectMode.SelectRead))
            {
                throw new LabException($"{conversation}: no client came");
            }

            using var client = listener.Accept();
            client.ReceiveTimeout = Patience;
            Check(conversation, ReadToEnd(client) == conversation.BytesUp);
            client.Send(new byte[conversation.BytesDown]);
            client.Shutdown(SocketShutdown.Send);
        }
    }

    private static Payload Send(Conversation conversation)
    {
        using var server = ServerSocket(conversation, SocketType.Dgram, ProtocolType.Udp);
        using var client = ClientSocket(conversation, SocketType.Dgram, ProtocolType.Udp);
        client.Connect(conversation.Asked, conversation.AskedPort);
        var buffer = new byte[65536];
        var payload = default(Payload);
        EndPoint from = new IPEndPoint(conversation.V6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        for (var i = 0; i < conversation.Times; i++)
        {
            client.Send(new byte[conversation.BytesUp]);
            Check(conversation, server.ReceiveFrom(buffer, ref from) == conversation.BytesUp);
            server.SendTo(new byte[conversation.BytesDown], from);
            Check(conversation, client.Receive(buffer) == conversation.BytesDown);
            payload = new(payload.Sent + conversation.BytesUp, payload.Received + conversation.BytesDown);
        }

        return payload;
    }

    private static Payload AskNobody(Conversation conversation)
    {
        for (var i = 0; i < conversation.Times; i++)
        {
            var type = conversation.Protocol == "tcp" ? SocketType.Stream : SocketType.Dgram;
            var protocol = conversation.Protocol == "tcp" ? ProtocolType.Tcp : ProtocolType.Udp;
            using var client = ClientSocket(conversation, type, protocol);
            try
            {
                client.Connect(conversation.Asked, conversation.AskedPort);
                client.Send(new byte[conversation.BytesUp]);
                client.Receive(new byte[1]);
            }
            catch (SocketException e)
                when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.NetworkUnreachable)
            {
                continue;
            }

            throw new LabException($"{conversation}: somebody answered");
        }

        return default;
    }

    private static Socket ServerSocket(Conversation conversation, SocketType type, ProtocolType protocol) =>
        Make(conversation, conversation.Server!, type, protocol, conversation.ServerPort);

    private static Socket ClientSocket(Conversation conversation, SocketType type, ProtocolType protocol) =>
        Make(conversation, conversation.Client, type, protocol, port: 0);

    private static Socket Make(
        Conversation conversation,
        TrafficEnd end,
        SocketType type,
        ProtocolType protocol,
        int port
    ) =>
        end.Namespace.Inside(() =>
        {
            var family = conversation.V6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
            var socket = new Socket(family, type, protocol)
            {
                ReceiveTimeout = Patience,
                SendTimeout = Patience,
            };

            // A node's address depends on whom it speaks to; the rest have one each.
            if (port != 0 || end.Kind != EndKind.Node)
            {
                socket.Bind(new IPEndPoint(end.Address(conversation.V6), port));
            }

            return socket;
        });

    private static long ReadToEnd(Socket socket)
    {
        var buffer = new byte[65536];
        var total = 0L;
        int read;
        while ((read = socket.Receive(buffer)) > 0)
        {
            total += read;
        }

        return total;
    }

    private static void Check(Conversation conversation, bool holds)
    {
        if (!holds)
        {
            throw new LabException($"{conversation}: payload was lost");
        }
    }
}
