using System.Numerics;

namespace NetMon.Core.Detections.Scans;

/// <summary>The words of <see cref="ProbeTechniques"/>.</summary>
public static class ProbeWords
{
    private static readonly string[] Words = ["syn", "fin", "null", "xmas", "ack", "udp", "ping", "other"];

    /// <summary>The word of each technique that is set.</summary>
    public static IReadOnlyList<string> Of(ProbeTechniques techniques)
    {
        var words = new List<string>(BitOperations.PopCount((uint)techniques));
        for (var i = 0; i < Words.Length; i++)
        {
            if (((int)techniques & (1 << i)) != 0)
            {
                words.Add(Words[i]);
            }
        }

        return words;
    }
}
