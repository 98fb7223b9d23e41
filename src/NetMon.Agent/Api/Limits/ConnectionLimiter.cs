using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace NetMon.Agent.Api.Limits;

/// <summary>Bounds the connections, in total and of one client. Where there is no place, the one that has been idle longest gives way.</summary>
/// <remarks>
/// Idle is a connection on which no request is being answered, one included that has sent half a request. So neither ten thousand
/// silent connections nor slow ones keep a scrape from being answered, and a client that opens too many loses its own first.
/// A place is searched among at most <c>api.limits.connections</c>; any thread.
/// </remarks>
internal sealed class ConnectionLimiter(int most, int mostOfOne, Refusals refusals)
{
    private static readonly IPAddress SocketClient = IPAddress.None;

    private readonly Lock _gate = new();
    private readonly HashSet<ApiConnection> _connections = [];
    private readonly Dictionary<IPAddress, int> _clients = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Takes a connection in.</summary>
    /// <returns>Null: there is no place, and it is to be closed.</returns>
    public ApiConnection? Enter(ConnectionContext context, IPAddress? client)
    {
        ApiConnection? victim;
        ApiConnection? entered = null;
        lock (_gate)
        {
            var own = _clients.GetValueOrDefault(client ?? SocketClient);
            var crowded = own >= mostOfOne;
            var full = crowded || _connections.Count >= most;
            victim =
                !full ? null
                : crowded ? LongestIdle(each => Equals(each.Client, client))
                : LongestIdle(_ => true);
            if (victim is not null)
            {
                Remove(victim);
            }

            if (!full || victim is not null)
            {
                entered = new ApiConnection(context, client);
                _connections.Add(entered);
                CollectionsMarshal.GetValueRefOrAddDefault(_clients, client ?? SocketClient, out _)++;
            }
            else
            {
                refusals.Count(crowded ? RefusalReasons.ClientConnections : RefusalReasons.Connections);
            }
        }

        if (victim is not null)
        {
            refusals.Count(RefusalReasons.IdleConnection);
            victim.Abort();
        }

        return entered;
    }

    public void Leave(ApiConnection connection)
    {
        lock (_gate)
        {
            Remove(connection);
        }
    }

    private ApiConnection? LongestIdle(Func<ApiConnection, bool> isMeant)
    {
        ApiConnection? longest = null;
        foreach (var each in _connections)
        {
            if (each.IsIdle && isMeant(each) && !(longest?.IdleSince <= each.IdleSince))
            {
                longest = each;
            }
        }

        return longest;
    }

    private void Remove(ApiConnection connection)
    {
        if (!_connections.Remove(connection))
        {
            return;
        }

        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(
            _clients,
            connection.Client ?? SocketClient
        );
        if (--count == 0)
        {
            _clients.Remove(connection.Client ?? SocketClient);
        }
    }
}
