using NetMon.Testing.Lab;

namespace NetMon.EndToEnd.Exactness;

internal static class Observers
{
    /// <summary>Fails with every way on which the claim is not the truth.</summary>
    public static void AssertAgree(FlowTally truth, FlowTally claim)
    {
        var differences = FlowTally.Differences(truth, claim);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
