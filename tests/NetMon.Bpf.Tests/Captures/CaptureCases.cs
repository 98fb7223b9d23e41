using NetMon.Bpf.Tests.Reference;
using NetMon.Testing.Captures;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>One test case for each capture of the folder; a single one that skips where there is no folder.</summary>
internal sealed class CaptureCases
{
    private readonly CaptureTruth _truth;
    private readonly IReadOnlyList<TruthFlow> _rows;
    private readonly int _others;

    private CaptureCases(CaptureFolder folder, CaptureEntry entry)
    {
        _truth = folder.Truth(entry);
        _rows = TsharkFlows.Complete(_truth, folder.FileOf(entry));
        Frames = CaptureFrames.Of(folder.Read(entry), out _others);
    }

    public static TheoryData<string> Names =>
        CaptureFolder.Instance is { } folder ? [.. folder.Captures.Select(c => c.Name)] : [""];

    public IReadOnlyList<CaptureFrame> Frames { get; }

    public static CaptureCases Open(string name)
    {
        Skip.If(CaptureFolder.Instance is null, CaptureFolder.AbsentReason);
        var folder = CaptureFolder.Instance;
        return new(
            folder,
            folder.Captures.Single(c => string.Equals(c.Name, name, StringComparison.Ordinal))
        );
    }

    /// <summary>
    /// Every flow and every total equals the truth, but for exactly what <see cref="CaptureExceptions"/> lists for the capture.
    /// </summary>
    public void AssertEqual(CountedPackets counted)
    {
        var expected = TruthTally.Of(_rows, Frames);
        long malformed = 0,
            notIp = 0;
        foreach (var exception in CaptureExceptions.Of(_truth.Name))
        {
            exception.ApplyTo(expected);
            malformed += exception.Malformed;
            notIp += exception.NotIp;
        }

        Assert.Equal("", string.Join('\n', counted.Flows.DifferencesFrom(expected)));
        Assert.Equal(
            (malformed, _truth.Totals.NonIp.Frames - _others + notIp),
            (counted.Malformed, counted.Arp + counted.NonIp)
        );
        Assert.Equal(
            Frames.Count,
            counted.Flows.Values.Sum(f => f.Packets.Sum()) + counted.Malformed + counted.Arp + counted.NonIp
        );
    }
}
