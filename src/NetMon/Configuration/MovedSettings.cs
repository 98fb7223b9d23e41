namespace NetMon.Configuration;

/// <summary>Where settings went that had another name.</summary>
internal static class MovedSettings
{
    private static readonly (string Old, string New)[] Moves =
    [
        ("flow.ring_size", "resources.maps.event_buffer_size"),
        ("flow.tcp_handshake", "flow.timeouts.tcp_handshake"),
        ("flow.tcp_idle", "flow.timeouts.tcp_idle"),
        ("flow.tcp_closed", "flow.timeouts.tcp_closed"),
        ("flow.udp_idle", "flow.timeouts.udp_idle"),
        ("flow.icmp_idle", "flow.timeouts.icmp_idle"),
        ("flow.other_idle", "flow.timeouts.other_idle"),
        ("metrics", "export.prometheus"),
        ("features.latency_tracking", "features.latency_tracking.enabled"),
    ];

    /// <returns>The setting's name of today, or null if it never had another.</returns>
    public static string? NameOf(string key)
    {
        foreach (var (old, now) in Moves)
        {
            if (key == old)
            {
                return now;
            }

            // A section moves with all that is in it.
            if (
                key.StartsWith(old + ".", StringComparison.Ordinal)
                && now + key[old.Length..] is var moved
                && SettingTable.All.Any(setting =>
                    setting.Key == moved || setting.Key.StartsWith(moved + ".", StringComparison.Ordinal)
                )
            )
            {
                return moved;
            }
        }

        return null;
    }
}
