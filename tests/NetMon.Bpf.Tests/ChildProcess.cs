using NetMon.Bpf.Attaching;
using NetMon.Bpf.Netlink;
using NetMon.Bpf.Tests.Attaching;

namespace NetMon.Bpf.Tests;

/// <summary>The test assembly's entry point: for tests that need a process of their own, to kill it or to take its privileges.</summary>
internal static class ChildProcess
{
    public static string Assembly => typeof(ChildProcess).Assembly.Location;

    private static void Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["load"]:
                Load();
                break;
            case ["conntrack"]:
                OpenConntrack();
                break;
            case ["address-events"]:
                ListenToAddresses();
                break;
            case ["load-again"]:
                LoadAgain();
                break;
            case ["attach", var method, var ifindex]:
                KilledProcess.Attach(Enum.Parse<AttachMethod>(method), int.Parse(ifindex));
                break;
            default:
                throw new ArgumentException("unknown", nameof(arguments));
        }
    }

    /// <summary>Says how many descriptors of the kernel's objects are open that were not before.</summary>
    private static void LoadAgain()
    {
        Load();
        var before = OpenDescriptors();
        for (var i = 0; i < 10; i++)
        {
            FlowProgram.Load(new()).Dispose();
        }

        Console.WriteLine(OpenDescriptors() - before);
    }

    /// <summary>Maps, programs, links, type information, polls and events; the runtime opens files and pipes as it likes.</summary>
    private static int OpenDescriptors() =>
        new DirectoryInfo("/proc/self/fd")
            .EnumerateFileSystemInfos()
            .Count(fd => fd.LinkTarget?.StartsWith("anon_inode:", StringComparison.Ordinal) == true);

    private static void ListenToAddresses()
    {
        using var events = NamespaceAddressEvents.Open();
        Console.WriteLine(events.Refusal);
    }

    private static void OpenConntrack()
    {
        try
        {
            Conntrack.Open().Dispose();
        }
        catch (BpfException error)
        {
            Console.WriteLine(error.Message);
        }
    }

    private static void Load()
    {
        try
        {
            FlowProgram.Load(new()).Dispose();
        }
        catch (BpfException error)
        {
            Console.WriteLine(error.Message);
        }
    }
}
