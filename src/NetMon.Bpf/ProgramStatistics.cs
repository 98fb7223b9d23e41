namespace NetMon.Bpf;

/// <summary>How often a kernel program ran and how long it took, while <see cref="FlowProgram.EnableRunStatistics"/> was in force.</summary>
/// <param name="Name">The program's name.</param>
/// <param name="Id">The kernel's number of the program.</param>
/// <param name="Runs">Number of runs.</param>
/// <param name="RunTimeNs">Nanoseconds, all runs together.</param>
public readonly record struct ProgramStatistics(string Name, uint Id, ulong Runs, ulong RunTimeNs);
