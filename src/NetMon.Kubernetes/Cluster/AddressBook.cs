using System.Collections.Concurrent;
using NetMon.Core.Flows;

namespace NetMon.Kubernetes.Cluster;

/// <summary>All addresses and who had them. Writers hold the model's lock; readers need none.</summary>
internal sealed class AddressBook(long historyNs)
{
    /// <summary>Versions of one address: a pod a second in the same address, for a quarter of a minute, or a hostile list of services.</summary>
    public const int MaxVersions = 16;

    // Values are references to chains that never change, so that a reader sees one chain or the next one.
    private readonly ConcurrentDictionary<NetworkAddress, AddressVersion> _chains = new(
        concurrencyLevel: 1,
        capacity: 1024
    );
    private readonly Queue<(NetworkAddress Address, long ForgetAt)> _ended = [];
    private readonly List<(Holder Holder, Claim Claim)> _claims = [];

    /// <summary>Addresses that somebody has or had.</summary>
    public int Addresses { get; private set; }

    public int Versions { get; private set; }

    /// <summary>Versions that were forgotten because their address had too many.</summary>
    public long Displaced { get; private set; }

    /// <summary>The chain of an address; null if there is none. Any thread; allocates nothing.</summary>
    public AddressVersion? Find(in NetworkAddress address) =>
        _chains.TryGetValue(address, out var chain) ? chain : null;

    /// <summary>What a holder claims of an address; null if nothing.</summary>
    public Claim? ClaimOf(in NetworkAddress address, Holder holder)
    {
        for (var version = Find(address); version is not null; version = version.Next)
        {
            if (ReferenceEquals(version.Holder, holder))
            {
                return version.Claim;
            }
        }

        return null;
    }

    /// <summary>Notes a claim, or what has changed of it. A claim that ended before the history begins is none.</summary>
    public void Set(in NetworkAddress address, Holder holder, in Claim claim, long now)
    {
        var before = ClaimOf(address, holder);
        var isHistory = claim.To < now - historyNs;
        if (before == claim || (before is null && isHistory))
        {
            return;
        }

        Collect(address, holder, Claim.SinceEver);
        if (!isHistory)
        {
            _claims.Add((holder, claim));
            Displace();
            if (!claim.IsOpen)
            {
                _ended.Enqueue((address, now + historyNs));
            }
        }

        Publish(address);
    }

    /// <summary>Ends what a holder claims, for want of better knowledge now.</summary>
    public void End(in NetworkAddress address, Holder holder, long now)
    {
        if (ClaimOf(address, holder) is { IsOpen: true } claim)
        {
            Set(address, holder, claim.EndedAt(now), now);
        }
    }

    /// <summary>Forgets what ended before the history begins.</summary>
    public void Forget(long now)
    {
        while (_ended.TryPeek(out var ended) && ended.ForgetAt <= now)
        {
            _ended.Dequeue();
            Collect(ended.Address, except: null, now - historyNs);
            Publish(ended.Address);
        }
    }

    /// <summary>Takes the claims of an address that are to stay off its chain: all but a holder's, and those that ended by a time.</summary>
    private void Collect(in NetworkAddress address, Holder? except, long since)
    {
        _claims.Clear();
        for (var version = Find(address); version is not null; version = version.Next)
        {
            Versions--;
            if (!ReferenceEquals(version.Holder, except) && version.Claim.To > since)
            {
                _claims.Add((version.Holder, version.Claim));
            }
        }
    }

    private void Publish(in NetworkAddress address)
    {
        Versions += _claims.Count;
        if (_claims.Count > 0)
        {
            var chain = AddressVersion.Link(_claims);
            if (_chains.TryAdd(address, chain))
            {
                Addresses++;
            }
            else
            {
                _chains[address] = chain;
            }
        }
        else if (_chains.TryRemove(address, out _))
        {
            Addresses--;
        }
    }

    private void Displace()
    {
        if (_claims.Count <= MaxVersions)
        {
            return;
        }

        var worst = _claims
            .OrderBy(item => item.Holder.Rank)
            .ThenBy(item => item.Claim.To)
            .ThenBy(item => item.Claim.From)
            .First();
        _claims.Remove(worst);
        Displaced++;
    }
}
