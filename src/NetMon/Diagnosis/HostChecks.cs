using NetMon.Core.Diagnosis;
using NetMon.Diagnosis.Checks;

namespace NetMon.Diagnosis;

/// <summary>All that can be known of a host without an agent, in the order in which a person reads it.</summary>
internal static class HostChecks
{
    public static IReadOnlyList<HostCheck> All { get; } =
    [
        new KernelCheck(),
        new CapabilitiesCheck(),
        new TypeInformationCheck(),
        .. HookCheck.All,
        new ProgramsCheck(),
        new BpfDirectoryCheck(),
        new StateDirectoryCheck(),
        new TracefsCheck(),
        new CgroupCheck(),
        new MemoryLockCheck(),
        new MemoryCheck(),
        new ClockCheck(),
        new ConntrackCheck(),
        .. KernelSettingCheck.All,
        new LockdownCheck(),
        new InterfacesCheck(),
        new ForeignProgramsCheck(),
        new PortCheck(),
    ];

    /// <summary>Runs them; one that breaks is a line of its own.</summary>
    public static IEnumerable<Finding> Run(HostScene scene, IReadOnlyList<HostCheck>? checks = null)
    {
        foreach (var check in checks ?? All)
        {
            IReadOnlyList<Finding> findings;
            try
            {
                findings = [.. check.Run(scene)];
            }
#pragma warning disable CA1031 // A diagnosis must not end where it is needed most.
            catch (Exception error)
#pragma warning restore CA1031
            {
                findings =
                [
                    Finding.Warn(
                        check.Name,
                        $"could not be checked: {error.Message.Split('\n')[0]}",
                        "run it as root, on the host"
                    ),
                ];
            }

            foreach (var finding in findings)
            {
                yield return finding;
            }
        }
    }
}
