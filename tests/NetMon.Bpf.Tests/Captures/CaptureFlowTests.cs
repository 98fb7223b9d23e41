namespace NetMon.Bpf.Tests.Captures;

/// <summary>Recorded traffic through the flow programs, packet by packet: every flow and total as tshark counted them.</summary>
public sealed class CaptureFlowTests(CaptureReplay replay) : IClassFixture<CaptureReplay>
{
    /// <summary>BPF_PROG_TEST_RUN takes 3,712 bytes (a page less headroom and struct skb_shared_info); larger frames go through a real device.</summary>
    private const int MaxTestRun = 3000;

    [SkippableTheory]
    [MemberData(nameof(CaptureCases.Names), MemberType = typeof(CaptureCases))]
    public void Every_flow_of_the_capture_equals_the_truth(string capture) =>
        replay.Run(
            CaptureCases.Open(capture),
            (frame, device, run) =>
            {
                if (frame.Bytes.Length > MaxTestRun)
                {
                    device.Receive(frame.Bytes);
                    return;
                }

                // One observation point for both routes: the device's ingress.
                run.Link = frame.Link;
                run.Ifindex = device.Index;
                run.Feed(frame.Bytes);
            }
        );
}

/// <summary>The same through a real device alone: with tags that the kernel takes off, and paged packets.</summary>
public sealed class CaptureDeviceTests(CaptureReplay replay) : IClassFixture<CaptureReplay>
{
    [SkippableTheory]
    [MemberData(nameof(CaptureCases.Names), MemberType = typeof(CaptureCases))]
    public void Through_a_real_device_every_flow_of_the_capture_equals_the_truth_too(string capture) =>
        replay.Run(CaptureCases.Open(capture), (frame, device, _) => device.Receive(frame.Bytes));
}
