using System.Globalization;

namespace NetMon.Agent.HostCounters;

/// <summary>What a CPU did with received packets before any protocol.</summary>
/// <param name="Cpu">Its number.</param>
/// <param name="Dropped">Packets that found its queue full (net.core.netdev_max_backlog).</param>
/// <param name="TimeSqueeze">Times that it stopped with packets left, because its share was used up (net.core.netdev_budget).</param>
internal readonly record struct SoftnetCounters(int Cpu, long Dropped, long TimeSqueeze)
{
    private const int CpuColumn = 12;

    /// <summary>Reads /proc/net/softnet_stat: a line for each CPU, hexadecimal words (net/core/net-procfs.c). The CPU's number is there since Linux 5.10; before it is the line's.</summary>
    public static IEnumerable<SoftnetCounters> Read(string text)
    {
        var line = 0;
        foreach (
            var words in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' '))
        )
        {
            if (words.Length > 2 && TryRead(words[1], out var dropped) && TryRead(words[2], out var squeezed))
            {
                var cpu =
                    words.Length > CpuColumn
                    && TryRead(words[CpuColumn], out var number)
                    && number <= int.MaxValue
                        ? (int)number
                        : line;
                yield return new(cpu, dropped, squeezed);
            }

            line++;
        }
    }

    private static bool TryRead(string word, out long value)
    {
        // The kernel's are of 32 bits.
        var isRead = uint.TryParse(
            word,
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out var number
        );
        value = number;
        return isRead;
    }
}
