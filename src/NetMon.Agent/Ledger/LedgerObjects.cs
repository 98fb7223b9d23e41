using NetMon.Core.Endpoints;
using NetMon.Core.Sockets;

namespace NetMon.Agent.Ledger;

/// <summary>Writes objects that many flows share: whole when it meets one, by its number after that.</summary>
/// <remarks><code>
///   0            null
///   n            the object that was the n-th to be met
///   count + 1    another, which follows
/// </code></remarks>
internal sealed class LedgerObjects
{
    /// <summary>Bytes of an object at most, those that it refers to included.</summary>
    public const int MaxBytes = 24 * 1024;

    private const int MaxLabelBytes = 8 * 1024;

    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);

    /// <summary>Begins anew, for another reader.</summary>
    public void Clear() => _numbers.Clear();

    public void Write(ref LedgerWriter writer, Endpoint? endpoint)
    {
        if (!IsNew(ref writer, endpoint))
        {
            return;
        }

        var known = Array.IndexOf(KnownEnds.All, endpoint);
        writer.Byte((byte)(known + 1));
        if (known >= 0)
        {
            return;
        }

        writer.Byte((byte)endpoint!.Kind);
        Write(ref writer, endpoint.Workload);
        writer.Text(endpoint.Pod);
        writer.Text(endpoint.PodUid);
        writer.Text(endpoint.Node);
        writer.Text(endpoint.Zone);
        WriteLabels(ref writer, endpoint.Labels);
    }

    public void Write(ref LedgerWriter writer, Workload? workload)
    {
        if (IsNew(ref writer, workload))
        {
            writer.Text(workload!.Namespace);
            writer.Text(workload.Kind);
            writer.Text(workload.Name);
        }
    }

    public void Write(ref LedgerWriter writer, ServicePort? service)
    {
        if (IsNew(ref writer, service))
        {
            Write(ref writer, service!.Endpoint);
            writer.Text(service.PortName);
            writer.Text(service.AppProtocol?.Word);
            writer.Byte((byte)service.AddressKind);
            writer.Number((ulong)service.Port);
            writer.Byte(service.Protocol);
        }
    }

    public void Write(ref LedgerWriter writer, SocketOwner? owner)
    {
        if (IsNew(ref writer, owner))
        {
            writer.Number((ulong)owner!.ProcessId);
            writer.Text(owner.Command);
            writer.Text(owner.CgroupPath);
            writer.Text(owner.ContainerId);
            writer.Text(owner.PodUid);
        }
    }

    private bool IsNew(ref LedgerWriter writer, object? value)
    {
        if (value is null)
        {
            writer.Number(0ul);
            return false;
        }

        if (_numbers.TryGetValue(value, out var number))
        {
            writer.Number((ulong)number);
            return false;
        }

        number = _numbers.Count + 1;
        _numbers.Add(value, number);
        writer.Number((ulong)number);
        return true;
    }

    // Labels are for readers of flows: of a pod with very many, the first.
    private static void WriteLabels(
        ref LedgerWriter writer,
        IReadOnlyList<KeyValuePair<string, string>> labels
    )
    {
        var count = 0;
        for (var bytes = 0; count < labels.Count; count++)
        {
            bytes += 3 * (labels[count].Key.Length + labels[count].Value.Length + 2);
            if (bytes > MaxLabelBytes)
            {
                break;
            }
        }

        writer.Number((ulong)count);
        for (var i = 0; i < count; i++)
        {
            writer.Text(labels[i].Key);
            writer.Text(labels[i].Value);
        }
    }
}

/// <summary>Ends of which there is one object in every process.</summary>
internal static class KnownEnds
{
    public static Endpoint[] All { get; } = [Endpoint.External, Endpoint.UnknownPod];
}
