namespace NetMon.Agent.Tests;

/// <summary>
/// Tests that measure what their thread allocates, or what the process takes: beside others, a rest was seen in few runs that none has alone, and
/// what others take comes and goes between two looks.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1711 // xunit's word.
public sealed class Alone
#pragma warning restore CA1711
{
    public const string Name = "alone";
}
