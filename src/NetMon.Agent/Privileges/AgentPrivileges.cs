using NetMon.Agent.Options;
using NetMon.Bpf;
using NetMon.Bpf.Privileges;

namespace NetMon.Agent.Privileges;

/// <summary>Sees to it that the agent may do what it has to, and nothing else.</summary>
/// <remarks>
/// Capabilities are those of a thread, and the runtime has several before any code of ours runs. So what is too much is taken from the calling thread, which then
/// runs the program anew, in the same process: all its threads are born with what is left. Interfaces come and go, so what attaching to them needs stays:
/// <see cref="Capability.All"/>. In a pod or a unit, which give no more than that, nothing happens.
/// </remarks>
public static class AgentPrivileges
{
    /// <summary>Exit code of an agent that lacks what it needs.</summary>
    public const int NotPermitted = 5;

    private const int FirstOpenPort = 1024;

    /// <summary>What the agent needs and a set of capabilities lacks, for a person: what is wrong, and what to do; null if nothing.</summary>
    public static (string Problem, string Advice)? Missing(ulong effective)
    {
        var missing = Capability.All.Where(one => one.IsNeeded && !one.IsIn(effective)).ToArray();
        if (missing.Length == 0)
        {
            return null;
        }

        var list = string.Join(", ", missing.Select(one => $"{one.Name} (to {one.For})"));
        return (
            $"the agent may not do what it has to; missing: {list}",
            "run it as root (sudo netmon agent), or give it these: securityContext.capabilities.add in a pod, AmbientCapabilities= in a unit; netmon check-system shows what else is missing"
        );
    }

    /// <summary>What an agent with these settings keeps.</summary>
    public static ulong Kept(AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var names = Capability.All.Select(one => one.Name).Concat(options.Privileges.Keep);
        if (options.Api.Listen.Port is > 0 and < FirstOpenPort)
        {
            names = names.Append(Capability.LowPorts.Name);
        }

        return Capability.SetOf(names);
    }

    /// <summary>Checks, and gives up what is too much: then this does not return, but the program runs anew.</summary>
    /// <param name="options">What the agent is to do.</param>
    /// <param name="mayRunAnew">The process is the agent's own.</param>
    /// <returns>What is missing.</returns>
    public static (string Problem, string Advice)? Enter(AgentOptions options, bool mayRunAnew)
    {
        ulong permitted;
        try
        {
            if (Missing(ProcessPrivileges.Effective) is { } missing)
            {
                return missing;
            }

            permitted = ProcessPrivileges.Permitted;
        }
        catch (BpfException)
        {
            // Whatever it is that hides them: the kernel says no where it has to.
            return null;
        }

        // Others than root have what they have one by one, and would lose it.
        if (mayRunAnew && ProcessPrivileges.IsRoot && (permitted & ~Kept(options)) != 0)
        {
            _ = ProcessPrivileges.Restrict(Kept(options));
            // If it cannot be given up it would be there again, and again.
            if ((ProcessPrivileges.Permitted & ~Kept(options)) == 0)
            {
                _ = ProcessPrivileges.RunAnew();
            }
        }

        return null;
    }
}
