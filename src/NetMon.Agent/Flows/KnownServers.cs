using NetMon.Core.Flows;

namespace NetMon.Agent.Flows;

/// <summary>Remembers who answered, in fixed memory: a newer server may take the place of an older one.</summary>
internal sealed class KnownServers
{
    private const int Places = 4096;

    // A fingerprint at the place that its own low bits name; a false match is one in 2^52.
    private readonly ulong[] _fingerprints = new ulong[Places];

    public void Add(in FlowEndpoint server, byte protocol)
    {
        var fingerprint = Fingerprint(in server, protocol);
        _fingerprints[fingerprint % Places] = fingerprint;
    }

    public bool Contains(in FlowEndpoint end, byte protocol)
    {
        var fingerprint = Fingerprint(in end, protocol);
        return _fingerprints[fingerprint % Places] == fingerprint;
    }

    private static ulong Fingerprint(in FlowEndpoint end, byte protocol) =>
        FlowHash.Of(end.Address.High, end.Address.Low, ((ulong)protocol << 16) | end.Port) | (1ul << 63);
}
