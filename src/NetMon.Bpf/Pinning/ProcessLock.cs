using System.Globalization;
using System.Text;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Pinning;

/// <summary>A file that one process at a time has, whatever becomes of the process: a lock of the kernel (flock), with a line for people in it.</summary>
public sealed class ProcessLock : IDisposable
{
    private const int LineBytes = 64;
    private const int MaxAttempts = 3;
    private const int OwnerOnly = 0x180; // 0600

    private readonly FileDescriptor _file;

    private ProcessLock(FileDescriptor file) => _file = file;

    /// <param name="path">Made where it is missing; its directory must be there.</param>
    /// <returns>Null if another process has it.</returns>
    /// <exception cref="BpfException">The file cannot be made.</exception>
    public static ProcessLock? TryTake(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = Libc.Make(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, OwnerOnly);
        if (file.IsInvalid || Libc.flock(file, Libc.LOCK_EX | Libc.LOCK_NB) != 0)
        {
            var error = Libc.LastError;
            file.Dispose();
            return error == Errno.EAGAIN ? null : throw new BpfException($"lock {path}", error, "");
        }

        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessId} {DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}"
        );
        _ = Libc.Write(file, Encoding.ASCII.GetBytes(line.PadRight(LineBytes - 1) + "\n"));
        return new ProcessLock(file);
    }

    /// <summary>Who has the lock, as this process's namespace numbers processes; what the file says may be another namespace's number.</summary>
    /// <returns>0 if nobody has it, or the process is not to be seen from here.</returns>
    /// <remarks>/proc/locks (proc(5)): "1: FLOCK  ADVISORY  WRITE 123 00:17:456 0 EOF".</remarks>
    public static int HolderOf(string path)
    {
        if (Libc.Stat(path, out var status) != 0)
        {
            return 0;
        }

        var file = string.Create(
            CultureInfo.InvariantCulture,
            $"{status.DeviceMajor:x2}:{status.DeviceMinor:x2}:{status.Inode}"
        );
        // The kernel writes the list piece by piece, and leaves out a lock for each of those before it that has gone meanwhile.
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (FindHolder(file) is var holder and not 0)
            {
                return holder;
            }
        }

        return 0;
    }

    private static int FindHolder(string file)
    {
        foreach (var line in File.ReadLines("/proc/locks"))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (
                words is [_, "FLOCK", _, "WRITE", var holder, var place, ..]
                && string.Equals(place, file, StringComparison.Ordinal)
                && int.TryParse(holder, NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            )
            {
                return process;
            }
        }

        return 0;
    }

    /// <summary>Sends the signal by which a service manager stops a process (SIGTERM).</summary>
    /// <returns>Whether it was sent.</returns>
    public static bool Terminate(int process) => process > 1 && Libc.kill(process, Libc.SIGTERM) == 0;

    /// <summary>Sends the signal of Ctrl-C (SIGINT).</summary>
    /// <returns>Whether it was sent.</returns>
    public static bool Interrupt(int process) => process > 1 && Libc.kill(process, Libc.SIGINT) == 0;

    public void Dispose() => Libc.Unlock(_file);
}
