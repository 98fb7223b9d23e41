using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace NetMon.Agent.Api.Limits;

/// <summary>One connection, as a feature of it: whose it is, and whether a request is being answered.</summary>
internal sealed class ApiConnection(ConnectionContext connection, IPAddress? client)
{
    private int _requests;
    private long _idleSince = Stopwatch.GetTimestamp();

    /// <summary>Null: at the socket.</summary>
    public IPAddress? Client => client;

    /// <summary>The list of connections, from the one that came or ended its last request longest ago.</summary>
    public long IdleSince => Volatile.Read(ref _idleSince);

    public bool IsIdle => Volatile.Read(ref _requests) == 0;

    public void BeginRequest() => Interlocked.Increment(ref _requests);

    public void EndRequest()
    {
        Volatile.Write(ref _idleSince, Stopwatch.GetTimestamp());
        Interlocked.Decrement(ref _requests);
    }

    public void Abort() =>
        connection.Abort(new ConnectionAbortedException("it was idle, and another needed its place"));
}
