using System.Net;
using System.Runtime.InteropServices;

namespace NetMon.Agent.Api.Limits;

/// <summary>Bounds the answers that have no end, in total and of one client. Any thread.</summary>
internal sealed class StreamPlaces(int most, int mostOfOne)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _clients = [];
    private int _count;

    /// <returns>Null if there is a place, which <see cref="Leave"/> gives back; else why there is none.</returns>
    public string? TryEnter(IPAddress? client)
    {
        lock (_gate)
        {
            if (_count >= most)
            {
                return RefusalReasons.Streams;
            }

            ref var own = ref CollectionsMarshal.GetValueRefOrAddDefault(
                _clients,
                client ?? IPAddress.None,
                out _
            );
            if (own >= mostOfOne)
            {
                return RefusalReasons.ClientStreams;
            }

            own++;
            _count++;
            return null;
        }
    }

    public void Leave(IPAddress? client)
    {
        lock (_gate)
        {
            _count--;
            ref var own = ref CollectionsMarshal.GetValueRefOrNullRef(_clients, client ?? IPAddress.None);
            if (--own == 0)
            {
                _clients.Remove(client ?? IPAddress.None);
            }
        }
    }
}
