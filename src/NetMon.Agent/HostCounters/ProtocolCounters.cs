using System.Globalization;

namespace NetMon.Agent.HostCounters;

/// <summary>Reads the kernel's counters of protocols.</summary>
internal static class ProtocolCounters
{
    /// <summary>Reads <c>Section: Name Name ...</c> and below it <c>Section: value value ...</c> (net/ipv4/proc.c).</summary>
    /// <param name="text">/proc/net/snmp or /proc/net/netstat.</param>
    /// <param name="counters">Gets section and name, such as <c>Tcp</c> and <c>InErrs</c>.</param>
    public static void ReadPairs(string text, Dictionary<(string Section, string Name), long> counters)
    {
        string[]? names = null;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
            {
                continue;
            }

            if (names is null || !string.Equals(names[0], words[0], StringComparison.Ordinal))
            {
                names = words;
                continue;
            }

            var section = words[0].TrimEnd(':');
            for (var i = 1; i < Math.Min(words.Length, names.Length); i++)
            {
                if (TryRead(words[i], out var value))
                {
                    counters[(section, names[i])] = value;
                }
            }

            names = null;
        }
    }

    /// <summary>Reads lines of the form <c>Ip6InReceives 726</c> (net/ipv6/proc.c).</summary>
    /// <param name="text">/proc/net/snmp6.</param>
    /// <param name="counters">Gets section and name, such as <c>Ip6</c> and <c>InReceives</c>.</param>
    public static void ReadLines(string text, Dictionary<(string Section, string Name), long> counters)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            var six = words.Length == 2 ? words[0].IndexOf('6', StringComparison.Ordinal) : 0;
            if (six > 0 && TryRead(words[1], out var value))
            {
                counters[(words[0][..(six + 1)], words[0][(six + 1)..])] = value;
            }
        }
    }

    // Tcp MaxConn may be -1: no counter.
    private static bool TryRead(string word, out long value) =>
        long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
