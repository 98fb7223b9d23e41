using System.Net;
using NetMon.Lab.Captures;
using NetMon.Lab.Network;
using NetMon.Lab.Services;

namespace NetMon.Lab.Traffic;

/// <summary>How a client's packets find a service.</summary>
public enum ServiceWay
{
    ClusterIp,
    NodePort,
    LoadBalancer,
    ExternalIp,

    /// <summary>The service's name stands for its pods' addresses: nothing is translated.</summary>
    Headless,
}

/// <summary>By way of which service a client asks.</summary>
/// <param name="Entry">The node that translates the service's address: the client's own, or that to which the world sends.</param>
public sealed record ServiceUse(LabService Service, ServiceWay Way, LabNode Entry);

/// <summary>Traffic between two ends that no other has the ports of, so that every packet of it is known wherever it is seen.</summary>
public sealed record Conversation
{
    public required int Number { get; init; }

    /// <summary>tcp, udp, icmp, icmpv6.</summary>
    public required string Protocol { get; init; }

    public required bool V6 { get; init; }

    public required TrafficEnd Client { get; init; }

    /// <summary>Null: nobody serves.</summary>
    public TrafficEnd? Server { get; init; }

    /// <summary>Null: the client asks the server itself.</summary>
    public ServiceUse? Service { get; init; }

    /// <summary>Where the client sends to.</summary>
    public required IPAddress Asked { get; init; }

    public int AskedPort { get; init; }

    /// <summary>Where the server listens.</summary>
    public int ServerPort { get; init; }

    /// <summary>Connections, datagrams each way, or echo requests.</summary>
    public int Times { get; init; } = 3;

    /// <summary>Payload of each, client to server.</summary>
    public int BytesUp { get; init; } = 1000;

    /// <summary>Payload of each, server to client.</summary>
    public int BytesDown { get; init; } = 1000;

    /// <summary>How many flows it is: each connection is one; datagrams and echoes share a socket.</summary>
    public int Flows => Protocol == "tcp" ? Times : 1;

    public bool IsEcho => Protocol.StartsWith("icmp", StringComparison.Ordinal);

    public override string ToString() =>
        $"{Number}: {Client} to {Server?.ToString() ?? "nobody"} {(Service is null ? "" : $"by {Service.Way} of {Service.Service} at {Service.Entry} ")}({Protocol}, IPv{(V6 ? 6 : 4)})";
}

/// <summary>What both directions of a conversation carried, as seen at one place.</summary>
/// <param name="Forth">From the client.</param>
/// <param name="Back">To the client.</param>
public readonly record struct Carried(Count Forth, Count Back)
{
    public static Carried operator +(Carried left, Carried right) =>
        new(left.Forth + right.Forth, left.Back + right.Back);
}
