using NetMon.Lab.FaultInjection.Asking;

namespace NetMon.Lab.FaultInjection;

/// <summary>Something that goes wrong between two workloads, and what NetMon is expected to say of it.</summary>
internal abstract class Fault
{
    /// <summary>Also the namespace of its workloads, <c>client</c> and <c>server</c>: letters and dashes.</summary>
    public abstract string Name { get; }

    /// <summary>How it is made, in a few words.</summary>
    public abstract string Injected { get; }

    public abstract Expectation Expected { get; }

    /// <summary>What a person types to be told, after <c>netmon</c>.</summary>
    public virtual string Command => $"flows --failed --from {Name}/client";

    /// <summary>The client is a pod on its node's network.</summary>
    public virtual bool ClientOnHost => false;

    /// <summary>The server is.</summary>
    public virtual bool ServerOnHost => false;

    public virtual FaultPace Pace => FaultPace.Quick;

    /// <summary>Makes it, and returns when it is over.</summary>
    /// <returns>What others than NetMon saw of it.</returns>
    /// <exception cref="Machines.LabException">It did not come about as meant.</exception>
    public abstract Truth Inject(FaultSite site);
}

/// <summary>When a fault is made.</summary>
internal enum FaultPace
{
    /// <summary>With all others of its kind, at the start.</summary>
    Quick,

    /// <summary>It takes half a minute and loads nothing: from the start on, whatever is made meanwhile.</summary>
    Lasting,

    /// <summary>It loads the machine: when the quick ones are done, which it would delay.</summary>
    Heavy,
}

/// <summary>What independent observers saw: errno, nft's counters, nstat, tc.</summary>
/// <param name="Text">In short.</param>
/// <param name="Count">What NetMon has to have counted, too, where it is to be exact.</param>
internal sealed record Truth(string Text, long? Count = null);
