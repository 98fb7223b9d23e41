using NetMon.Bpf.Tests.Reference;
using NetMon.Testing.Captures;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>Our second opinion on packets, against tshark's: what it is worth in the tests that use it.</summary>
public sealed class ReferenceTests
{
    [SkippableTheory]
    [MemberData(nameof(CaptureCases.Names), MemberType = typeof(CaptureCases))]
    public void The_reference_reader_agrees_with_tshark(string capture)
    {
        var testCase = CaptureCases.Open(capture);
        var reader = new ReferenceReader();
        var counted = new CountedPackets();
        foreach (var frame in testCase.Frames)
        {
            counted.Add(frame.Read(reader));
        }

        testCase.AssertEqual(counted);
    }
}
