using NetMon.Bpf.Attaching;
using NetMon.Bpf.Records;
using NetMon.Bpf.Tests.TestRun;
using NetMon.Testing.Namespaces;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>One load of the programs, attached to a device of each kind, for all the captures of a test class; emptied between them.</summary>
public sealed class CaptureReplay : IDisposable
{
    private PrivateNetwork? _network;
    private KernelRun? _run;
    private TunDevice? _ethernet;
    private TunDevice? _bare;
    private IAttacher? _attacher;
    private readonly List<Attachment> _attachments = [];

    /// <summary>Feeds each frame of the capture by <paramref name="feed"/> and compares what the programs made of them with the truth.</summary>
    /// <returns>The flows.</returns>
    internal IReadOnlyList<SeenFlow> Run(
        CaptureCases testCase,
        Action<CaptureFrame, TunDevice, KernelRun> feed
    )
    {
        IReadOnlyList<SeenFlow> flows = [];
        _network ??= new PrivateNetwork();
        _network.Invoke(() =>
        {
            Open();
            _run!.Clear();
            var before = _run.Counters;
            foreach (var frame in testCase.Frames)
            {
                feed(frame, frame.Link == LinkLayer.Ethernet ? _ethernet! : _bare!, _run);
            }

            flows = _run.Drain();
            testCase.AssertEqual(Count(flows, before));
        });
        return flows;
    }

    public void Dispose()
    {
        _network?.Invoke(() =>
        {
            _attachments.ForEach(a => a.Dispose());
            _attacher?.Dispose();
            _ethernet?.Dispose();
            _bare?.Dispose();
            _run?.Dispose();
        });
        _network?.Dispose();
    }

    private void Open()
    {
        if (_run is not null)
        {
            return;
        }

        _run = new KernelRun();
        _ethernet = new TunDevice("nmtap", ethernet: true);
        _bare = new TunDevice("nmtun", ethernet: false);
        _attacher = Attacher.Open(_run.Program, AttachMethod.Auto);
        _attachments.Add(_attacher.Attach(_ethernet.Index, LinkLayer.Ethernet));
        _attachments.Add(_attacher.Attach(_bare.Index, LinkLayer.None));
    }

    private CountedPackets Count(IReadOnlyList<SeenFlow> flows, KernelCounters before)
    {
        var counters = _run!.Counters;
        var counted = new CountedPackets
        {
            Arp = (long)(counters.Arp - before.Arp),
            NonIp = (long)(counters.NonIp - before.NonIp),
            Malformed = (long)(counters.Malformed - before.Malformed),
        };
        foreach (var flow in flows)
        {
            counted.Add(flow);
        }

        return counted;
    }
}
