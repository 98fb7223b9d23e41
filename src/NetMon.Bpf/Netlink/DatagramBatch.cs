using System.Runtime.InteropServices;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Netlink;

/// <summary>Room for several datagrams, received from the kernel in one call. One thread only; allocates when it is made.</summary>
/// <remarks>
/// Each slot has a buffer, the sender's address and, if asked for, ancillary data, side by side in one pinned array:
/// <code>
///   | header 0 | header 1 ... | range 0 | range 1 ... | address 0, 12 -> 16 bytes ... | control 0 ... | buffer 0 | buffer 1 ...
/// </code>
/// </remarks>
internal sealed unsafe class DatagramBatch
{
    /// <summary>struct sockaddr_nl: family 2, padding 2, port 4 (0 is the kernel), groups 4.</summary>
    private const int AddressBytes = 12;
    private const int AddressStride = 16;

    private readonly byte[] _memory;
    private readonly DatagramHeader* _headers;
    private readonly int _slots;
    private readonly int _bufferBytes;
    private readonly int _controlBytes;

    /// <param name="slots">Datagrams of one call.</param>
    /// <param name="bufferBytes">Of each; longer ones are cut.</param>
    /// <param name="controlBytes">Ancillary data of each; a multiple of 8.</param>
    public DatagramBatch(int slots, int bufferBytes, int controlBytes = 0)
    {
        _slots = slots;
        _bufferBytes = bufferBytes;
        _controlBytes = controlBytes;
        var each = sizeof(DatagramHeader) + sizeof(BufferRange) + AddressStride + controlBytes + bufferBytes;
        _memory = GC.AllocateArray<byte>(slots * each, pinned: true);
        var start = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        _headers = (DatagramHeader*)start;
        var ranges = (BufferRange*)(start + (slots * sizeof(DatagramHeader)));
        var addresses = (byte*)(ranges + slots);
        var controls = addresses + (slots * AddressStride);
        var buffers = controls + (slots * controlBytes);
        for (var i = 0; i < slots; i++)
        {
            ranges[i] = new BufferRange { Start = buffers + (i * bufferBytes), Length = (nuint)bufferBytes };
            _headers[i] = new DatagramHeader
            {
                Address = addresses + (i * AddressStride),
                Buffers = ranges + i,
                BufferCount = 1,
                Control = controlBytes == 0 ? null : controls + (i * controlBytes),
            };
        }
    }

    /// <summary>Datagrams that the last call received, those of other senders than the kernel included.</summary>
    public int Count { get; private set; }

    /// <summary>Takes what is waiting, as far as there is room. Does not wait itself.</summary>
    /// <returns>0, or errno: EAGAIN if nothing is there, ENOBUFS if the kernel had no room for some of what it had to say.</returns>
    public int Receive(FileDescriptor socket)
    {
        for (var i = 0; i < _slots; i++)
        {
            _headers[i].AddressLength = AddressBytes;
            _headers[i].ControlLength = (nuint)_controlBytes;
        }

        var received = Libc.ReceiveMany(socket, _headers, _slots, Libc.MSG_DONTWAIT);
        Count = Math.Max(received, 0);
        return received < 0 ? Libc.LastError : 0;
    }

    /// <param name="slot">Below <see cref="Count"/>.</param>
    /// <param name="cut">It was longer than a slot.</param>
    /// <returns>Empty if it is not from the kernel. Valid until the next call.</returns>
    public ReadOnlySpan<byte> Datagram(int slot, out bool cut)
    {
        ref var header = ref _headers[slot];
        cut = (header.Flags & Libc.MSG_TRUNC) != 0;
        var fromKernel = header.AddressLength == AddressBytes && *(uint*)(header.Address + 4) == 0;
        return fromKernel
            ? new ReadOnlySpan<byte>(header.Buffers->Start, (int)Math.Min(header.Length, (uint)_bufferBytes))
            : default;
    }

    /// <summary>A run of struct cmsghdr. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Control(int slot) =>
        new(_headers[slot].Control, (int)Math.Min(_headers[slot].ControlLength, (nuint)_controlBytes));
}
