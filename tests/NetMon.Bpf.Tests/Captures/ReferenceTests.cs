using NetMon.Bpf.Tests.Reference;
using NetMon.Testing.Captures;
using Xunit.Abstractions;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>Our second opinion on packets, against tshark's: what it is worth in the tests that use it.</summary>
public sealed class ReferenceTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void The_reference_reader_agrees_with_tshark()
    {
        Skip.If(CaptureFolder.Instance is null, CaptureFolder.AbsentReason);
        foreach (var entry in CaptureFolder.Instance.Captures)
        {
            var truth = CaptureFolder.Instance.Truth(entry);
            var frames = CaptureFrames.Of(CaptureFolder.Instance.Read(entry), out var others);
            var tally = new FlowTally();
            var reader = new ReferenceReader();
            var kinds = new long[4];
            foreach (var frame in frames)
            {
                var read = frame.Read(reader);
                kinds[(int)read.Kind]++;
                if (read.Kind == ReferenceKind.Malformed) output.WriteLine($"{entry.Name} frame {frame.Number} malformed");
                if (read.Kind == ReferenceKind.Ip)
                {
                    var (from, to) = TruthTally.WithoutIdentifier(read.Protocol, read.Source, read.Destination);
                    tally.Add(read.Protocol, from, to, 1, read.Bytes, read.TcpFlags);
                }
            }

            foreach (var line in tally.DifferencesFrom(TruthTally.Of(truth.Outermost, frames)).Take(entry.Name.Contains("fuzz", StringComparison.Ordinal) ? 400 : 40))
            {
                output.WriteLine($"{entry.Name} {line}");
            }
            if (kinds[1] + kinds[2] + others != truth.Totals.NonIp.Frames) output.WriteLine($"{entry.Name} nonip {kinds[1]}+{kinds[2]}+{others} truth {truth.Totals.NonIp.Frames}");
        }
        Assert.Fail("see");
    }
}
