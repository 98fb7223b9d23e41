using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NetMon.Testing.Namespaces;

/// <summary>
/// A device of the calling thread's network namespace whose packets come from the test: what is written enters the kernel as if received,
/// up to 64 KiB, before the call returns. With Ethernet header (tap) or without (tun). Gone when disposed.
/// </summary>
public sealed class TunDevice : IDisposable
{
    private const uint SetInterface = 0x400454ca; // TUNSETIFF, include/uapi/linux/if_tun.h
    private const short Tun = 1;
    private const short Tap = 2;
    private const short NoPacketInformation = 0x1000;
    private const short VirtioHeader = 0x4000;
    private const int NameLength = 16;
    private const int VirtioHeaderLength = 10;

    private readonly SafeFileHandle _handle;

    private readonly bool _virtio;

    /// <param name="name">At most 15 characters.</param>
    /// <param name="ethernet">Packets begin with an Ethernet header.</param>
    /// <param name="virtio">Packets carry what a virtual machine says about them: needed for <see cref="ReceiveAs"/>.</param>
    public TunDevice(string name, bool ethernet, bool virtio = false)
    {
        ArgumentNullException.ThrowIfNull(name);
        Skip.IfNot(File.Exists("/dev/net/tun"), "the kernel has no tun devices");
        Name = name;
        _virtio = virtio;
        _handle = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        // struct ifreq: name, then the flags.
        var request = new byte[40];
        Encoding.ASCII.GetBytes(name).AsSpan().CopyTo(request.AsSpan(0, NameLength - 1));
        BitConverter.TryWriteBytes(
            request.AsSpan(NameLength),
            (short)((ethernet ? Tap : Tun) | NoPacketInformation | (virtio ? VirtioHeader : 0))
        );
        if (Control(_handle, SetInterface, request) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _handle.Dispose();
            throw new InvalidOperationException($"TUNSETIFF {name}: errno {error}");
        }

        // No IPv6 of its own: the device would answer what it receives, and a test would see that. /proc/sys/net is the thread's.
        File.WriteAllText($"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "1");
        Command.Run("ip", "link", "set", name, "up");
        Index = InterfaceIndex.Of(name);
    }

    public string Name { get; }

    public int Index { get; }

    /// <exception cref="IOException">The kernel refused the packet.</exception>
    public void Receive(ReadOnlySpan<byte> packet)
    {
        if (_virtio)
        {
            ReceiveAs(packet, new VirtioPacket());
        }
        else
        {
            Send(packet);
        }
    }

    /// <summary>As <see cref="Receive"/>, with a word about the packet's shape.</summary>
    public void ReceiveAs(ReadOnlySpan<byte> packet, VirtioPacket shape)
    {
        // struct virtio_net_hdr: flags 1 | gso_type 1 | hdr_len 2 | gso_size 2 | csum_start 2 | csum_offset 2, little endian
        var bytes = new byte[VirtioHeaderLength + packet.Length];
        bytes[0] = shape.ChecksumStart > 0 ? (byte)1 : (byte)0;
        bytes[1] = (byte)shape.Segmentation;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), shape.LinearBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), shape.SegmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), shape.ChecksumStart);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), shape.ChecksumOffset);
        packet.CopyTo(bytes.AsSpan(VirtioHeaderLength));
        Send(bytes);
    }

    public void Dispose() => _handle.Dispose();

    private void Send(ReadOnlySpan<byte> bytes)
    {
        if (Write(_handle, in MemoryMarshal.GetReference(bytes), bytes.Length) != bytes.Length)
        {
            throw new IOException($"{Name}: errno {Marshal.GetLastPInvokeError()} for {bytes.Length} bytes");
        }
    }

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Write(SafeFileHandle handle, in byte bytes, nint count);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(SafeFileHandle handle, nuint request, byte[] argument);
}

/// <summary>VIRTIO_NET_HDR_GSO_ values.</summary>
public enum VirtioSegmentation : byte
{
    None = 0,
    TcpV4 = 1,
    TcpV6 = 4,
    Udp = 5,
}

/// <summary>What a virtual machine says about a packet (struct virtio_net_hdr).</summary>
public readonly record struct VirtioPacket
{
    public VirtioSegmentation Segmentation { get; init; }

    /// <summary>Payload bytes of each segment.</summary>
    public ushort SegmentSize { get; init; }

    /// <summary>Bytes that lie in the packet's linear part, if it is longer than a page; the rest is paged. 0: as the kernel likes.</summary>
    public ushort LinearBytes { get; init; }

    /// <summary>Offset of the transport header, where the checksum is left to the receiver; else 0. Segmentation needs it.</summary>
    public ushort ChecksumStart { get; init; }

    /// <summary>Offset of the checksum in that header: 16 for TCP, 6 for UDP.</summary>
    public ushort ChecksumOffset { get; init; }
}
