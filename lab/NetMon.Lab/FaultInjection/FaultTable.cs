using NetMon.Lab.FaultInjection.Kinds;

namespace NetMon.Lab.FaultInjection;

/// <summary>All faults, in the order in which they are shown.</summary>
internal static class FaultTable
{
    public static IReadOnlyList<Fault> All { get; } =
    [
        new Healthy(),
        // It never came about.
        new Refused(),
        new BlackHoled(),
        new PolicyDrop(),
        new RejectedByReset(),
        new RejectedByError(),
        new NoEndpoints(),
        new FullBacklog(),
        new Aborted(),
        new HostUnreachable(),
        new TimeExceeded(),
        new FragmentationNeeded(),
        new UnreachablePort(),
        new SilentDns(),
        // It broke off.
        new ResetByServer(),
        new ResetByClient(),
        // It is slow.
        new SlowServer(),
        new SlowNetwork(),
        new LossyPath(),
        new MtuBlackHole(),
        new ZeroWindow(),
        // The kernel dropped it.
        new FullReceiveBuffer(),
        new LimitedBandwidth(),
        // Somebody is up to something.
        new VerticalScan(),
        new HorizontalScan(),
        new SynFlood(),
        new ConnectionStorm(),
        // Who was it?
        new HostProcess(),
    ];

    /// <exception cref="FormatException">There is no such fault; names those that there are.</exception>
    public static IReadOnlyList<Fault> Named(IReadOnlyCollection<string> names)
    {
        foreach (var name in names)
        {
            if (All.All(fault => fault.Name != name))
            {
                throw new FormatException(
                    $"--only {name}: none of {string.Join(", ", All.Select(fault => fault.Name))}"
                );
            }
        }

        return names.Count == 0 ? All : [.. All.Where(fault => names.Any(name => name == fault.Name))];
    }
}
