using NetMon.Bpf.Attaching;
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
            case ["attach", var method, var ifindex]:
                KilledProcess.Attach(Enum.Parse<AttachMethod>(method), int.Parse(ifindex));
                break;
            default:
                throw new ArgumentException("unknown", nameof(arguments));
        }
    }

    private static void Load()
    {
        try
        {
            FlowProgram.Load(new()).Dispose();
            Console.WriteLine("loaded");
        }
        catch (BpfException error)
        {
            Console.WriteLine(error.Message);
        }
    }
}
