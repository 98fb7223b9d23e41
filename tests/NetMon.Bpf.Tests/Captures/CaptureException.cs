using System.Globalization;
using System.Net;
using NetMon.Bpf.Tests.Reference;

namespace NetMon.Bpf.Tests.Captures;

/// <summary>Where we differ from tshark in a capture, on purpose: exactly by how much, and why.</summary>
/// <param name="Reason">Why tshark's account is not ours.</param>
/// <param name="Malformed">Packets that we count as malformed and tshark in these flows, or nowhere.</param>
/// <param name="NotIp">Packets that we count as not IP (more or less than tshark).</param>
/// <param name="Changes">What turns tshark's flows into ours: "PROTOCOL FROM > TO PACKETS BYTES [flags=N]"; the flags, if given, are those of FROM after it.</param>
internal sealed record CaptureException(
    string Capture,
    string Reason,
    int Malformed,
    int NotIp,
    params string[] Changes
)
{
    public void ApplyTo(FlowTally truth)
    {
        foreach (var change in Changes)
        {
            var words = change.Split(' ');
            var protocol = byte.Parse(words[0], CultureInfo.InvariantCulture);
            var (from, to) = (Parse(words[1]), Parse(words[3]));
            truth.Add(protocol, from, to, Number(words[4]), Number(words[5]));
            if (words.Length > 6)
            {
                var name = FlowName.Of(protocol, from, to);
                truth[name].Flags[name.A == from ? 0 : 1] = (int)Number(words[6]["flags=".Length..]);
            }
        }
    }

    private static End Parse(string text)
    {
        var end = IPEndPoint.Parse(text);
        return new End(end.Address, (ushort)end.Port);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
