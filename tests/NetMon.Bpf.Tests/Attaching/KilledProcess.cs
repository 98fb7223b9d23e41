using System.Diagnostics;
using NetMon.Bpf.Attaching;

namespace NetMon.Bpf.Tests.Attaching;

/// <summary>Another process that attaches the programs, until it is killed as kill -9 does it.</summary>
internal sealed class KilledProcess : IDisposable
{
    private readonly Process _process;

    public KilledProcess(TestNamespace ns, AttachMethod method, int ifindex)
    {
        _process = Process.Start(
            new ProcessStartInfo(
                "nsenter",
                [
                    $"--net={ns.Path}",
                    "dotnet",
                    ChildProcess.Assembly,
                    "attach",
                    method.ToString(),
                    ifindex.ToString(),
                ]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardInput = true,
            }
        )!;
        ProgramId = int.Parse(_process.StandardOutput.ReadLine()!);
    }

    /// <summary>The kernel's number of a program that it has attached.</summary>
    public int ProgramId { get; }

    /// <summary>The child's side: attaches, says its program's number, and waits.</summary>
    public static void Attach(AttachMethod method, int ifindex)
    {
        using var program = FlowProgram.Load(new() { MaxFlows = 1024, RingBytes = 64 * 1024 });
        using var attacher = Attacher.Open(program, method);
        using var attachment = attacher.Attach(ifindex, LinkLayer.Ethernet);
        Console.WriteLine(program.ReadRunStatistics()[0].Id);

        // Ends with the test, also if that is killed.
        Console.In.ReadToEnd();
    }

    public void Kill()
    {
        // nsenter has become the process itself, and Kill is SIGKILL.
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
