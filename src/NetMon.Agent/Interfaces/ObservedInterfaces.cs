using System.Collections.Immutable;
using NetMon.Bpf;

namespace NetMon.Agent.Interfaces;

/// <summary>An interface that should be observed and is not.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Error">Why not, one line.</param>
/// <param name="Attempts">How often it was tried.</param>
internal sealed record InterfaceFailure(string Name, string Error, int Attempts);

/// <summary>Which interfaces are observed: an immutable snapshot.</summary>
/// <param name="Settled">Every interface that was there at the start was tried.</param>
/// <param name="Attached">By index.</param>
/// <param name="Failed">By index.</param>
/// <param name="Failures">Attempts that failed since the start.</param>
internal sealed record ObservedInterfaces(
    bool Settled,
    ImmutableDictionary<int, InterfaceKind> Attached,
    ImmutableDictionary<int, InterfaceFailure> Failed,
    long Failures
)
{
    public static ObservedInterfaces None { get; } =
        new(
            Settled: false,
            ImmutableDictionary<int, InterfaceKind>.Empty,
            ImmutableDictionary<int, InterfaceFailure>.Empty,
            Failures: 0
        );

    public int Count(InterfaceKind kind) => Attached.Values.Count(each => each == kind);
}
