using NetMon.Bpf.Attaching;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Namespaces;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>Recorded traffic through the flow programs, packet by packet: every flow and total as tshark counted them.</summary>
public sealed class CaptureFlowTests
{
    /// <summary>BPF_PROG_TEST_RUN takes what fits a page with headroom and struct skb_shared_info; larger frames go through a real device.</summary>
    private const int MaxTestRun = 3000;

    [SkippableTheory]
    [MemberData(nameof(CaptureCases.Names), MemberType = typeof(CaptureCases))]
    public void Every_flow_of_the_capture_equals_the_truth(string capture)
    {
        var testCase = CaptureCases.Open(capture);
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var ethernet = new TunDevice("nmtap", ethernet: true);
            using var bare = new TunDevice("nmtun", ethernet: false);
            using var attacher = Attacher.Open(run.Program, AttachMethod.Auto);
            using var first = attacher.Attach(ethernet.Index, LinkLayer.Ethernet);
            using var second = attacher.Attach(bare.Index, LinkLayer.None);
            foreach (var frame in testCase.Frames)
            {
                // One observation point for both routes: the device's ingress.
                var device = frame.Link == LinkLayer.Ethernet ? ethernet : bare;
                if (frame.Bytes.Length > MaxTestRun)
                {
                    device.Receive(frame.Bytes);
                    continue;
                }

                run.Link = frame.Link;
                run.Ifindex = device.Index;
                run.Feed(frame.Bytes);
            }

            testCase.AssertEqual(Count(run));
        });
    }

    [SkippableTheory]
    [MemberData(nameof(CaptureCases.Names), MemberType = typeof(CaptureCases))]
    public void Through_a_real_device_every_flow_of_the_capture_equals_the_truth_too(string capture)
    {
        var testCase = CaptureCases.Open(capture);
        PrivateNetwork.Run(() =>
        {
            using var run = new KernelRun();
            using var ethernet = new TunDevice("nmtap", ethernet: true);
            using var bare = new TunDevice("nmtun", ethernet: false);
            using var attacher = Attacher.Open(run.Program, AttachMethod.Auto);
            using var first = attacher.Attach(ethernet.Index, LinkLayer.Ethernet);
            using var second = attacher.Attach(bare.Index, LinkLayer.None);
            foreach (var frame in testCase.Frames)
            {
                (frame.Link == LinkLayer.Ethernet ? ethernet : bare).Receive(frame.Bytes);
            }

            testCase.AssertEqual(Count(run));
        });
    }

    private static CountedPackets Count(KernelRun run)
    {
        var flows = run.Drain();
        var counters = run.Counters;
        var counted = new CountedPackets
        {
            Arp = (long)counters.Arp,
            NonIp = (long)counters.NonIp,
            Malformed = (long)counters.Malformed,
        };
        foreach (var flow in flows)
        {
            counted.Add(flow);
        }

        Assert.Equal((0ul, 0ul), (counters.SkippedPackets, counters.FlowMapFull));
        return counted;
    }
}
