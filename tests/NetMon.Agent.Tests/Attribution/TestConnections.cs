using System.Net;
using NetMon.Agent.Attribution;
using NetMon.Bpf.Netlink;
using NetMon.Core.Flows;

namespace NetMon.Agent.Tests.Attribution;

/// <summary>The connections that a test lets the kernel track; found by either of their tuples, as in the kernel.</summary>
internal sealed class TestConnections : IConnectionLookup
{
    private readonly Dictionary<ConnectionTuple, (ConnectionTuple Original, ConnectionTuple Reply)> _known =
    [];

    /// <summary>Questions so far.</summary>
    public int Asked { get; private set; }

    /// <summary>Answers are lost.</summary>
    public bool Deaf { get; set; }

    /// <summary>So many calls fail as nothing should.</summary>
    public int Faults { get; set; }

    /// <summary>A connection as conntrack(8) writes it: what the client sent, and what the server sends.</summary>
    public void Add(
        string client,
        string asked,
        string server,
        string answered,
        byte protocol = IpProtocol.Tcp
    )
    {
        var original = Tuple(client, asked, protocol);
        var reply = Tuple(server, answered, protocol);
        _known[original] = (original, reply);
        _known[reply] = (original, reply);
    }

    public void Find(ReadOnlySpan<ConnectionTuple> asked, Span<TranslatedConnection> found)
    {
        Asked += asked.Length;
        if (Faults > 0)
        {
            Faults--;
            throw new InvalidOperationException("a fault");
        }

        for (var i = 0; i < asked.Length; i++)
        {
            found[i] = default;
            if (Deaf)
            {
                found[i].Unanswered = true;
            }
            else if (_known.TryGetValue(asked[i], out var connection))
            {
                found[i].Found = true;
                found[i].Original = connection.Original;
                found[i].Reply = connection.Reply;
            }
        }
    }

    private static ConnectionTuple Tuple(string source, string destination, byte protocol)
    {
        var from = IPEndPoint.Parse(source);
        var to = IPEndPoint.Parse(destination);
        var tuple = new ConnectionTuple
        {
            SourcePort = (ushort)from.Port,
            DestinationPort = (ushort)to.Port,
            Protocol = protocol,
        };
        NetworkAddress.From(from.Address).CopyTo(tuple.Source);
        NetworkAddress.From(to.Address).CopyTo(tuple.Destination);
        return tuple;
    }
}
