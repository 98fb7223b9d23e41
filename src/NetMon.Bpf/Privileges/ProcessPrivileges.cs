using System.Text;
using NetMon.Bpf.Interop;

namespace NetMon.Bpf.Privileges;

/// <summary>What this process may do, as sets of capabilities (capabilities(7)): the bit of a capability is its number.</summary>
public static unsafe class ProcessPrivileges
{
    private const int Numbers = 64;

    /// <summary>What the calling thread may do now.</summary>
    public static ulong Effective => Read(0);

    /// <summary>What it could give itself.</summary>
    public static ulong Permitted => Read(1);

    public static bool IsRoot => Libc.geteuid() == 0;

    /// <summary>What a program that it runs can have at most.</summary>
    public static ulong Bounding
    {
        get
        {
            var all = 0ul;
            for (var number = 0; number < Numbers; number++)
            {
                if (Libc.prctl(Libc.PR_CAPBSET_READ, (nuint)number, 0, 0, 0) == 1)
                {
                    all |= 1ul << number;
                }
            }

            return all;
        }
    }

    /// <summary>
    /// Leaves the calling thread these capabilities and no way to others: bounding set, inheritable and ambient ones, no_new_privs. Locked memory, which
    /// kernels before 5.11 count, has no limit from here on, if that can be had.
    /// </summary>
    /// <returns>0, or errno of the first step that failed; those after it were taken all the same.</returns>
    public static int Restrict(ulong keep)
    {
        var first = 0;
        var unlimited = stackalloc ulong[] { ulong.MaxValue, ulong.MaxValue };
        _ = Libc.setrlimit(Libc.RLIMIT_MEMLOCK, unlimited);
        var bounding = Bounding;
        for (var number = 0; number < Numbers; number++)
        {
            if ((bounding & ~keep & (1ul << number)) != 0)
            {
                Note(Libc.prctl(Libc.PR_CAPBSET_DROP, (nuint)number, 0, 0, 0));
            }
        }

        Note(Libc.prctl(Libc.PR_CAP_AMBIENT, Libc.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
        Note(Libc.prctl(Libc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
        var permitted = Permitted & keep;
        var header = new CapabilityHeader { Version = Libc.LINUX_CAPABILITY_VERSION_3 };
        var data = stackalloc CapabilityData[2];
        for (var half = 0; half < 2; half++)
        {
            var bits = (uint)(permitted >> (32 * half));
            data[half] = new CapabilityData { Effective = bits, Permitted = bits };
        }

        Note(Libc.capset(&header, data));
        return first;

        void Note(int result)
        {
            if (result != 0 && first == 0)
            {
                first = Libc.LastError;
            }
        }
    }

    /// <summary>Runs this program anew in this process, with the arguments that it has: every thread then has what the calling one has.</summary>
    /// <returns>errno, if that is not possible; else never.</returns>
    public static int RunAnew()
    {
        RemoveDiagnosticsSocket();
        // Closed by NUL each (proc(5)).
        var line = File.ReadAllBytes("/proc/self/cmdline");
        var count = line.AsSpan().Count((byte)0);
        fixed (byte* text = line)
        fixed (byte* path = Encoding.UTF8.GetBytes(Program() + '\0'))
        {
            var arguments = new byte*[count + 1];
            for (int i = 0, at = 0; i < count; i++)
            {
                arguments[i] = text + at;
                at += line.AsSpan(at).IndexOf((byte)0) + 1;
            }

            fixed (byte** list = arguments)
            {
                _ = Libc.execv(path, list);
                return Libc.LastError;
            }
        }
    }

    /// <summary>The runtime names its socket by the process and its start, which stay: the next one could not bind it, and profiles and dotnet-trace would find nobody there.</summary>
    private static void RemoveDiagnosticsSocket()
    {
        try
        {
            var name = $"dotnet-diagnostic-{Environment.ProcessId}-*-socket";
            foreach (var socket in Directory.EnumerateFiles(Path.GetTempPath(), name))
            {
                File.Delete(socket);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A read-only place has none.
        }
    }

    // By its own name, which tools show; unless that is another file by now.
    private static string Program() =>
        Environment.ProcessPath is { } path && File.Exists(path) ? path : "/proc/self/exe";

    private static ulong Read(int set)
    {
        var header = new CapabilityHeader { Version = Libc.LINUX_CAPABILITY_VERSION_3 };
        var data = stackalloc CapabilityData[2];
        if (Libc.capget(&header, data) != 0)
        {
            throw new BpfException("read the process's capabilities", Libc.LastError, "");
        }

        return set == 0
            ? data[0].Effective | ((ulong)data[1].Effective << 32)
            : data[0].Permitted | ((ulong)data[1].Permitted << 32);
    }
}
