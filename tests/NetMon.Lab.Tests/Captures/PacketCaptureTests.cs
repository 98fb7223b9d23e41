using System.Net;
using System.Net.Sockets;
using NetMon.Lab.Captures;
using NetMon.Testing.Lab;

namespace NetMon.Lab.Tests.Captures;

public sealed class PacketCaptureTests
{
    private const int Packets = 100;

    [SkippableFact]
    public async Task Packets_that_wait_for_a_tcpdump_which_does_not_run_are_waited_for()
    {
        LabRequirements.SkipIfMissing();
        using var network = new LabNetwork();
        var (near, far) = (network.AddNamespace("near"), network.AddNamespace("far"));
        LabNetwork.Connect(near, "eth0", far, "eth0");
        new LabInterface(near, "eth0").AddAddress("10.66.0.1/24");
        new LabInterface(far, "eth0").AddAddress("10.66.0.2/24");
        using var capture = PacketCapture.Start(new LabInterface(far, "eth0"), filter: "udp port 9");
        var tcpdump = Command.Run("ip", "netns", "pids", far.Name).Trim();

        // As on a machine that has no time for it.
        Command.Run("kill", "-STOP", tcpdump);
        near.Inside(() =>
        {
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            for (var i = 0; i < Packets; i++)
            {
                socket.SendTo(new byte[10], new IPEndPoint(IPAddress.Parse("10.66.0.2"), 9));
            }

            return true;
        });
        var stopping = Task.Run(capture.Stop);
        await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromSeconds(1)));
        Command.Run("kill", "-CONT", tcpdump);
        await stopping;

        Assert.Equal(Packets, CaptureFile.Read(capture.Path).Count);
    }
}
