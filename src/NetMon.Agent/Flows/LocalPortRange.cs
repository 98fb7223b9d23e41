using System.Globalization;

namespace NetMon.Agent.Flows;

/// <summary>The ports that this host gives to clients (ip(7), ip_local_port_range).</summary>
internal static class LocalPortRange
{
    private const string Path = "/proc/sys/net/ipv4/ip_local_port_range";
    private const int Usual = 32_768;

    /// <summary>The first of them; Linux' usual one where /proc does not say, or where a wider range would make servers look like clients.</summary>
    public static int First()
    {
        try
        {
            var first = File.ReadAllText(Path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0];
            return int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                ? Math.Max(port, Usual)
                : Usual;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Usual;
        }
    }
}
