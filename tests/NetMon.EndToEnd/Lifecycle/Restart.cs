using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using NetMon.Testing.Captures;
using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Lifecycle;

/// <summary>An agent that is stopped and started again while packets flow.</summary>
public sealed class Restart
{
    private const int Port = 6100;

    // Between packets there is time enough to tell by the clock which ones an agent saw: it tells times to a millisecond.
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan ClockError = TimeSpan.FromMilliseconds(1.5);

    [SkippableFact]
    public void The_agent_before_reports_all_up_to_its_last_packet_and_the_one_after_all_from_its_first()
    {
        LabRequirements.SkipIfMissing();
        using var lab = new TwoHosts(offloads: false);
        using var capture = PacketCapture.Start(lab.HostInterface);
        using var before = AgentProcess.Start(lab.Host);
        var stream = before.Follow();
        using var traffic = new PacedDatagrams(lab);

        Thread.Sleep(700);
        Assert.Equal(0, before.Stop());
        stream.WaitForEnd();
        using var after = AgentProcess.Start(lab.Host, "--interval", "100ms");
        Thread.Sleep(700);
        traffic.Dispose();

        var sent = Times(capture);
        var drained = Assert.Single(stream.Flows, flow => flow.Forth.DestinationPort == Port);
        Assert.Equal("end", drained.Events[^1]);
        var last = drained.Json.GetProperty("last").GetDateTimeOffset();
        Assert.Equal(
            sent.Count(time => time < last + ClockError),
            stream.Tally.Sum(way => way.DestinationPort == Port).Packets
        );

        var end = sent[^1];
        Wait.Until(
            () => Flow(after)?.GetProperty("last").GetDateTimeOffset() > end - ClockError,
            "the last packet"
        );
        var flow = Flow(after)!.Value;
        var first = flow.GetProperty("start").GetDateTimeOffset();
        Assert.True(first > last, "both agents saw the same packet");
        Assert.Equal(
            sent.Count(time => time > first - ClockError),
            flow.GetProperty("sent").GetProperty("packets").GetInt64()
        );
        Assert.Equal(0, after.Stop());
    }

    private static List<DateTimeOffset> Times(PacketCapture capture)
    {
        capture.Stop();
        var reader = new WireReader();
        var times = new List<DateTimeOffset>();
        foreach (var packet in CaptureFile.Read(capture.Path))
        {
            var counted = reader.Tally.Sum(IsOurs);
            reader.Add(packet.Data.Span);
            if (reader.Tally.Sum(IsOurs) != counted)
            {
                times.Add(DateTimeOffset.UnixEpoch.AddTicks(packet.TimeNs / 100));
            }
        }

        return times;

        static bool IsOurs(Way way) => way.DestinationPort == Port;
    }

    // Null: its first record is on its way.
    private static JsonElement? Flow(AgentProcess agent)
    {
        using var json = JsonDocument.Parse(agent.Get($"/api/v1/flows?port={Port}"));
        var flows = json.RootElement.GetProperty("flows").EnumerateArray().ToArray();
        return flows.Length == 0 ? null : Assert.Single(flows).Clone();
    }

    /// <summary>A datagram every <see cref="Gap"/>, until disposed of.</summary>
    private sealed class PacedDatagrams : IDisposable
    {
        private readonly Socket _receiver;
        private readonly Socket _sender;
        private readonly Thread _thread;
        private volatile bool _stop;

        public PacedDatagrams(TwoHosts lab)
        {
            _receiver = lab.Peer.Inside(() =>
                new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            );
            _receiver.Bind(new IPEndPoint(TwoHosts.PeerV4, Port));
            _sender = lab.Host.Inside(() =>
                new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            );
            _sender.Connect(TwoHosts.PeerV4, Port);
            _thread = new Thread(() =>
            {
                while (!_stop)
                {
                    _sender.Send("x"u8);
                    Thread.Sleep(Gap);
                }
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _stop = true;
            _thread.Join();
            _sender.Dispose();
            _receiver.Dispose();
        }
    }
}
