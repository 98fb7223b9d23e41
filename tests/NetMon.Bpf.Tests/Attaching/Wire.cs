using System.Text.Json;
using NetMon.Bpf.Attaching;
using NetMon.Bpf.Netlink;

namespace NetMon.Bpf.Tests.Attaching;

/// <summary>Two namespaces joined by a veth: nm0 (192.0.2.1), where programs are attached, and far0 (192.0.2.2).</summary>
internal sealed class Wire : IDisposable
{
    public Wire()
    {
        Near.Ip($"link add nm0 type veth peer name far0 netns {Far.Name}");
        Near.Ip("addr add 192.0.2.1/24 dev nm0");
        Near.Ip("link set nm0 up");
        Far.Ip("addr add 192.0.2.2/24 dev far0");
        Far.Ip("link set far0 up");
        using var links = JsonDocument.Parse(Near.Ip("-j link show nm0"));
        Index = links.RootElement[0].GetProperty("ifindex").GetInt32();
        Near.AwaitAnswer("192.0.2.2");

        // As if nothing had been sent yet.
        Near.Ip("neigh flush dev nm0");
        Far.Ip("neigh flush dev far0");
    }

    public TestNamespace Near { get; } = TestNamespace.Create();
    public TestNamespace Far { get; } = TestNamespace.Create();

    /// <summary>nm0's.</summary>
    public int Index { get; }

    /// <summary>Runs in the near namespace, on a thread of its own.</summary>
    public void Inside(Action action) =>
        NetworkNamespace.Run(
            Near.Path,
            () =>
            {
                action();
                return 0;
            }
        );

    /// <summary>Ten packets each way at least.</summary>
    public void Ping() => Near.Exec("ping", "-q", "-c", "10", "-i", "0.002", "-W", "5", "192.0.2.2");

    /// <summary>Ten packets towards the near end, whose answers may get lost.</summary>
    public void PingFromFar()
    {
        try
        {
            Far.Exec("ping", "-q", "-c", "10", "-i", "0.002", "-W", "1", "192.0.2.1");
        }
        catch (InvalidOperationException)
        {
            // No answer.
        }
    }

    /// <summary>What tc(8) says is at a hook of nm0.</summary>
    public string Filters(Hook hook) =>
        Near.Exec("tc", "filter", "show", "dev", "nm0", hook.ToString().ToLowerInvariant());

    public bool HasClsact => Near.Exec("tc", "qdisc", "show", "dev", "nm0").Contains("clsact");

    public void Dispose()
    {
        Near.Dispose();
        Far.Dispose();
    }
}

/// <summary>The flow programs, and how often each ran.</summary>
internal sealed class CountedProgram : IDisposable
{
    private readonly IDisposable _statistics;

    public CountedProgram()
    {
        Privileges.Require();
        _statistics = FlowProgram.EnableRunStatistics();
        Program = FlowProgram.Load(new() { MaxFlows = 1024, RingBytes = 64 * 1024 });
    }

    public FlowProgram Program { get; }

    public ulong Runs(Hook hook) => Program.ReadRunStatistics()[hook == Hook.Ingress ? 0 : 1].Runs;

    public IAttacher Open(AttachMethod method) => Attacher.Open(Program, method);

    public void Dispose()
    {
        Program.Dispose();
        _statistics.Dispose();
    }
}
