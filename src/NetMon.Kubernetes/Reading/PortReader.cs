namespace NetMon.Kubernetes.Reading;

/// <summary>A port of a Service or EndpointSlice.</summary>
internal struct PortReader
{
    private const int LongestName = 63;

    // A prefix that is a DNS name, a slash, and a name (KEP-3726).
    private const int LongestAppProtocol = 253 + 1 + 63;

    private string? _name;

    private string? _appProtocol;

    public readonly string Name => _name ?? "";

    public readonly string AppProtocol => _appProtocol ?? "";

    /// <summary>IP protocol number; 0 if it is one that we do not know.</summary>
    public byte Protocol;
    public ushort Port;
    public ushort NodePort;

    /// <summary>Reads the port that the reader is at. False if it is not to be used: of a protocol that we do not know, which is counted, or null.</summary>
    public bool TryRead(ref FieldReader fields, ReaderContext context)
    {
        (_name, _appProtocol, Protocol, Port, NodePort) = (null, null, 6, 0, 0);
        if (!fields.BeginObject())
        {
            return false;
        }

        while (fields.NextMember())
        {
            if (fields.Is("name"u8))
            {
                _name = fields.Name(context.Strings);
            }
            else if (fields.Is("appProtocol"u8))
            {
                _appProtocol = fields.Text(LongestAppProtocol, context.Strings);
            }
            else if (fields.Is("protocol"u8))
            {
                Protocol = NumberOf(fields.Text(LongestName, context.Strings));
            }
            else if (fields.Is("port"u8))
            {
                Port = (ushort)(fields.Number(ushort.MaxValue) ?? 0);
            }
            else if (fields.Is("nodePort"u8))
            {
                NodePort = (ushort)(fields.Number(ushort.MaxValue) ?? 0);
            }
            else
            {
                fields.Skip();
            }
        }

        if (Protocol == 0)
        {
            context.Ignore();
        }

        return Protocol != 0;
    }

    private static byte NumberOf(string? protocol) =>
        protocol switch
        {
            null or "" or "TCP" => 6,
            "UDP" => 17,
            "SCTP" => 132,
            _ => 0,
        };
}
