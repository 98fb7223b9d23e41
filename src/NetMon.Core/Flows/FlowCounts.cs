namespace NetMon.Core.Flows;

/// <summary>Packets and bytes that one end sent. Bytes are IP bytes on the wire, headers of each segment included.</summary>
public struct Traffic
{
    public long Packets;
    public long Bytes;
}

/// <summary>Counts of a flow: Sent is source to destination, Received the other way.</summary>
public struct FlowCounts
{
    public Traffic Sent;
    public Traffic Received;

    /// <summary>TCP segments and payload bytes sent again, by sequence number.</summary>
    public long RetransmitsSent;
    public long RetransmitsReceived;
    public long RetransmittedBytesSent;
    public long RetransmittedBytesReceived;

    /// <summary>TCP segments that announced a window of 0.</summary>
    public long ZeroWindowsSent;
    public long ZeroWindowsReceived;
    public long ResetsSent;
    public long ResetsReceived;
    public long SynRetries;

    /// <summary>
    /// ICMP errors that quoted this flow; their packets and bytes are among those of the direction they travelled.
    /// </summary>
    public long IcmpErrors;

    /// <summary>TCP: how each end fared.</summary>
    public EndHealth SourceHealth;
    public EndHealth DestinationHealth;

    public void Add(in FlowCounts delta)
    {
        Sent.Packets += delta.Sent.Packets;
        Sent.Bytes += delta.Sent.Bytes;
        Received.Packets += delta.Received.Packets;
        Received.Bytes += delta.Received.Bytes;
        RetransmitsSent += delta.RetransmitsSent;
        RetransmitsReceived += delta.RetransmitsReceived;
        RetransmittedBytesSent += delta.RetransmittedBytesSent;
        RetransmittedBytesReceived += delta.RetransmittedBytesReceived;
        ZeroWindowsSent += delta.ZeroWindowsSent;
        ZeroWindowsReceived += delta.ZeroWindowsReceived;
        ResetsSent += delta.ResetsSent;
        ResetsReceived += delta.ResetsReceived;
        SynRetries += delta.SynRetries;
        IcmpErrors += delta.IcmpErrors;
        SourceHealth.Add(in delta.SourceHealth);
        DestinationHealth.Add(in delta.DestinationHealth);
    }
}
