using NetMon.Core.Endpoints;
using NetMon.Core.Flows;

namespace NetMon.Agent.Attribution;

/// <summary>Which pod is behind which interface: told once, by the first flow of it, and true for as long as the interface lives. The capture loop's.</summary>
/// <remarks>
/// A pod's interface and its address come and go together, and the kernel gives an interface a number that none had before. So the
/// dead pod's address at a younger interface is another pod's, whatever the cluster's model has heard of by then.
/// </remarks>
internal sealed class InterfaceBindings
{
    /// <summary>The oldest goes first; if it still lives, the next flow binds it anew.</summary>
    private const int MaxBindings = 4096;

    private readonly Dictionary<int, Binding> _byInterface = [];
    private readonly Dictionary<string, Binding> _byPod = new(StringComparer.Ordinal);
    private readonly Queue<Binding> _order = [];

    /// <summary>A pod at its interface.</summary>
    internal sealed record Binding(int Interface, string PodUid, NetworkAddress Address, Endpoint Endpoint);

    /// <returns>The pod behind an interface; null if it is not known.</returns>
    public Binding? Find(int ifindex) => _byInterface.GetValueOrDefault(ifindex);

    /// <returns>The interface that a pod was behind last; null if it is not known.</returns>
    public Binding? Find(string podUid) => _byPod.GetValueOrDefault(podUid);

    public void Bind(int ifindex, in NetworkAddress address, Endpoint pod)
    {
        var binding = new Binding(ifindex, pod.PodUid!, address, pod);
        _byInterface[ifindex] = binding;
        _byPod[binding.PodUid] = binding;
        _order.Enqueue(binding);
        if (_order.Count > MaxBindings)
        {
            Forget(_order.Dequeue());
        }
    }

    private void Forget(Binding binding)
    {
        if (ReferenceEquals(Find(binding.Interface), binding))
        {
            _byInterface.Remove(binding.Interface);
        }

        if (ReferenceEquals(Find(binding.PodUid), binding))
        {
            _byPod.Remove(binding.PodUid);
        }
    }
}
