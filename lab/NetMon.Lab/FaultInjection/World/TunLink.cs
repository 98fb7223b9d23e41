using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using NetMon.Lab.Machines;

namespace NetMon.Lab.FaultInjection.World;

/// <summary>What happens to a packet on a link.</summary>
internal sealed record LinkManners
{
    /// <summary>Each way.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Every so many packets with this many bytes or more, one is lost; 0: none.</summary>
    public int LoseEvery { get; init; }

    public int LeastLost { get; init; } = 500;
}

/// <summary>
/// A link between two machines whose packets pass through this process: it can be slow, and it can lose packets at a place
/// where no kernel knows of it.
/// <code>
///   left --tun--> read, hold back, write --tun--> right      (and the same way back)
///   left --tun--> read                                       without a right side: a black hole
/// </code>
/// </summary>
internal sealed class TunLink : IDisposable
{
    private const uint TUNSETIFF = 0x400454ca; // include/uapi/linux/if_tun.h
    private const short IFF_TUN = 1;
    private const short IFF_NO_PI = 0x1000;
    private const int NameLength = 16;
    private const int MaxPacket = 65536;
    private const int LookUp = 100;

    private readonly CancellationTokenSource _end = new();
    private readonly List<Thread> _threads = [];
    private readonly SafeFileHandle _left;
    private readonly SafeFileHandle? _right;
    private readonly LinkManners _manners;
    private long _swallowed;
    private long _lost;

    private TunLink(SafeFileHandle left, SafeFileHandle? right, LinkManners manners)
    {
        (_left, _right, _manners) = (left, right, manners);
        Carry(left, right);
        if (right is not null)
        {
            Carry(right, left);
        }
    }

    /// <summary>Packets that came to a link without a right side.</summary>
    public long Swallowed => Interlocked.Read(ref _swallowed);

    public long Lost => Interlocked.Read(ref _lost);

    /// <param name="left">An interface that is made, of at most 15 letters.</param>
    public static TunLink BlackHole(LabInterface left) => new(Open(left), null, new LinkManners());

    public static TunLink Join(LabInterface left, LabInterface right, LinkManners manners) =>
        new(Open(left), Open(right), manners);

    public void Dispose()
    {
        _end.Cancel();
        _threads.ForEach(thread => thread.Join());
        _left.Dispose();
        _right?.Dispose();
        _end.Dispose();
    }

    private static SafeFileHandle Open(LabInterface made) =>
        made.Namespace.Inside(() =>
        {
            var file = File.OpenHandle(
                "/dev/net/tun",
                FileMode.Open,
                FileAccess.ReadWrite,
                FileShare.ReadWrite
            );

            // struct ifreq: name, then the flags.
            Span<byte> request = stackalloc byte[40];
            Encoding.ASCII.GetBytes(made.Name, request[..(NameLength - 1)]);
            BitConverter.TryWriteBytes(request[NameLength..], (short)(IFF_TUN | IFF_NO_PI));
            if (Libc.ioctl(file, TUNSETIFF, ref request[0]) != 0)
            {
                throw Libc.Failure($"TUNSETIFF {made.Name}");
            }

            // Router solicitations and the like of its own are nobody's traffic.
            File.WriteAllText($"/proc/sys/net/ipv6/conf/{made.Name}/disable_ipv6", "1");
            Command.Run("ip", "link", "set", made.Name, "up");
            return file;
        });

    private void Carry(SafeFileHandle from, SafeFileHandle? to)
    {
        var waiting = to is null ? null : new BlockingCollection<(byte[] Packet, long Due)>();
        Start(() => Read(from, waiting));
        if (to is not null)
        {
            Start(() => Write(to, waiting!));
        }
    }

    private void Start(ThreadStart work)
    {
        var thread = new Thread(work) { IsBackground = true, Name = "link" };
        _threads.Add(thread);
        thread.Start();
    }

    private void Read(SafeFileHandle from, BlockingCollection<(byte[] Packet, long Due)>? to)
    {
        var buffer = new byte[MaxPacket];
        var large = 0;
        var file = new PollFile { Descriptor = (int)from.DangerousGetHandle(), Wanted = Libc.POLLIN };
        while (!_end.IsCancellationRequested)
        {
            if (Libc.poll(ref file, 1, LookUp) <= 0)
            {
                continue;
            }

            var length = (int)Libc.read(from, ref buffer[0], buffer.Length);
            if (length <= 0)
            {
                continue;
            }

            if (to is null)
            {
                Interlocked.Increment(ref _swallowed);
            }
            else if (
                _manners.LoseEvery > 0
                && length >= _manners.LeastLost
                && ++large % _manners.LoseEvery == 0
            )
            {
                Interlocked.Increment(ref _lost);
            }
            else
            {
                var due =
                    Stopwatch.GetTimestamp() + (long)(_manners.Delay.TotalSeconds * Stopwatch.Frequency);
                to.Add((buffer[..length], due));
            }
        }

        to?.CompleteAdding();
    }

    private static void Write(SafeFileHandle to, BlockingCollection<(byte[] Packet, long Due)> from)
    {
        using (from)
        {
            foreach (var (packet, due) in from.GetConsumingEnumerable())
            {
                var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (early > TimeSpan.Zero)
                {
                    Thread.Sleep(early);
                }

                _ = Libc.write(to, in packet[0], packet.Length);
            }
        }
    }
}
