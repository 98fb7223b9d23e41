using System.Runtime.InteropServices;

namespace NetMon.Bpf.Netlink;

// The fixed beginnings of requests; for the layouts see the messages of the same kind.

/// <summary>struct ifinfomsg.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct InterfaceInfoMessage
{
    public byte Family;
    public byte Padding;
    public ushort Hardware;
    public int Index;
    public uint Flags;
    public uint Change;
}

/// <summary>struct ifaddrmsg.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddressHeader
{
    public byte Family;
    public byte PrefixLength;
    public byte Flags;
    public byte Scope;
    public int Index;
}

/// <summary>struct rtmsg.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RouteHeader
{
    public byte Family;
    public byte DestinationBits;
    public byte SourceBits;
    public byte TypeOfService;
    public byte Table;
    public byte Protocol;
    public byte Scope;
    public byte Type;
    public uint Flags;
}
