using System.Globalization;

namespace NetMon.Agent.HostCounters;

/// <summary>What an interface counts of drops and errors.</summary>
internal readonly record struct DeviceCounters(
    string Name,
    long ReceiveErrors,
    long ReceiveDropped,
    long ReceiveOverruns,
    long TransmitErrors,
    long TransmitDropped,
    long TransmitOverruns
)
{
    private const int HeaderLines = 2;
    private const int Columns = 16;

    /// <summary>
    /// Reads /proc/net/dev, the interfaces of the reader's own namespace: name, then bytes, packets, errs, drop, fifo, frame, compressed,
    /// multicast received, and bytes, packets, errs, drop, fifo, colls, carrier, compressed sent (net/core/net-procfs.c).
    /// </summary>
    public static IEnumerable<DeviceCounters> Read(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(HeaderLines))
        {
            // A name may have a colon, as an alias has; no figure has.
            var colon = line.LastIndexOf(':');
            var values = line[(colon + 1)..]
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word =>
                    long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var v) ? v : 0
                )
                .ToArray();
            var name = line[..Math.Max(colon, 0)].Trim();
            if (name.Length > 0 && values.Length >= Columns)
            {
                yield return new(name, values[2], values[3], values[4], values[10], values[11], values[12]);
            }
        }
    }
}
