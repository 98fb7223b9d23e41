using NetMon.Core.Endpoints;
using NetMon.Core.Sockets;

namespace NetMon.Agent.Ledger;

/// <summary>Reads the objects that <see cref="LedgerObjects"/> wrote.</summary>
/// <param name="hasCluster">
/// Whether a cluster will tell who is there. Until it does, what was kept counts as gone, so that its successor of the same name takes
/// its place; without a cluster nothing ever is.
/// </param>
internal sealed class LedgerObjectReader(bool hasCluster)
{
    private readonly List<object> _objects = [];

    /// <summary>Begins anew, with another writer's objects.</summary>
    public void Clear() => _objects.Clear();

    public Endpoint? Endpoint(ref LedgerReader reader)
    {
        if (!IsNew<Endpoint>(ref reader, out var number, out var endpoint))
        {
            return endpoint;
        }

        var known = reader.Byte();
        if (known != 0)
        {
            return known <= KnownEnds.All.Length
                ? Add(number, KnownEnds.All[known - 1])
                : throw Unknown(known);
        }

        var kind = reader.Word<EndpointKind>();
        endpoint = new Endpoint
        {
            Kind = kind,
            Workload = Workload(ref reader) ?? throw Unknown(0),
            Pod = reader.Text(),
            PodUid = reader.Text(),
            Node = reader.Text(),
            Zone = reader.Text(),
            Labels = Labels(ref reader),
            IsGone = hasCluster && kind != EndpointKind.External,
        };
        return Add(number, endpoint);
    }

    public Workload? Workload(ref LedgerReader reader)
    {
        if (!IsNew<Workload>(ref reader, out var number, out var workload))
        {
            return workload;
        }

        workload = new Workload(reader.TextOrEmpty(), reader.TextOrEmpty(), reader.TextOrEmpty());
        workload.IsGone = hasCluster && workload.Kind is not nameof(EndpointKind.External);
        return Add(number, workload);
    }

    public ServicePort? Service(ref LedgerReader reader)
    {
        if (!IsNew<ServicePort>(ref reader, out var number, out var service))
        {
            return service;
        }

        service = new ServicePort
        {
            Endpoint = Endpoint(ref reader) ?? throw Unknown(0),
            PortName = reader.TextOrEmpty(),
            AppProtocol = reader.Text() is { } word ? new(word, AppProtocolBasis.Service) : null,
            AddressKind = reader.Word<ServiceAddressKind>(),
            Port = (ushort)reader.Number(),
            Protocol = reader.Byte(),
        };
        return Add(number, service);
    }

    public SocketOwner? Owner(ref LedgerReader reader)
    {
        if (!IsNew<SocketOwner>(ref reader, out var number, out var owner))
        {
            return owner;
        }

        owner = new SocketOwner(
            reader.Int(),
            reader.TextOrEmpty(),
            reader.TextOrEmpty(),
            reader.TextOrEmpty(),
            reader.TextOrEmpty()
        );
        return Add(number, owner);
    }

    // Its place is taken before those that it refers to are met.
    private bool IsNew<T>(ref LedgerReader reader, out int number, out T? known)
        where T : class
    {
        number = reader.Int();
        known = null;
        if (number == 0)
        {
            return false;
        }

        if (number == _objects.Count + 1)
        {
            _objects.Add(this);
            return true;
        }

        known = number > 0 && number <= _objects.Count ? _objects[number - 1] as T : null;
        return known is null ? throw Unknown(number) : false;
    }

    private T Add<T>(int number, T value)
        where T : class
    {
        _objects[number - 1] = value;
        return value;
    }

    private static KeyValuePair<string, string>[] Labels(ref LedgerReader reader)
    {
        var labels = new KeyValuePair<string, string>[reader.Count()];
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = new(reader.TextOrEmpty(), reader.TextOrEmpty());
        }

        return labels;
    }

    private static LedgerException Unknown(int number) =>
        new(LedgerRefusal.Corrupt, $"object {number}, which was not met");
}
