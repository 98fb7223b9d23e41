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
    private const int NameLength = 16;

    private readonly SafeFileHandle _handle;

    public TunDevice(string name, bool ethernet)
    {
        ArgumentNullException.ThrowIfNull(name);
        Skip.IfNot(File.Exists("/dev/net/tun"), "the kernel has no tun devices");
        Name = name;
        _handle = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        // struct ifreq: name, then the flags.
        var request = new byte[40];
        Encoding.ASCII.GetBytes(name).AsSpan().CopyTo(request.AsSpan(0, NameLength - 1));
        BitConverter.TryWriteBytes(
            request.AsSpan(NameLength),
            (short)((ethernet ? Tap : Tun) | NoPacketInformation)
        );
        if (Control(_handle, SetInterface, request) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _handle.Dispose();
            throw new InvalidOperationException($"TUNSETIFF {name}: errno {error}");
        }

        Command.Run("ip", "link", "set", name, "up");
        Index = int.Parse(
            File.ReadAllText($"/sys/class/net/{name}/ifindex"),
            System.Globalization.CultureInfo.InvariantCulture
        );
    }

    public string Name { get; }

    public int Index { get; }

    /// <exception cref="IOException">The kernel refused the packet.</exception>
    public void Receive(ReadOnlySpan<byte> packet) => RandomAccess.Write(_handle, packet, 0);

    public void Dispose() => _handle.Dispose();

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(SafeFileHandle handle, nuint request, byte[] argument);
}
