// netmon-lab: a cluster on one machine.
using NetMon.Lab.ApiServer;
using NetMon.Lab.Machines;
using NetMon.Lab.Verbs;

const string Usage = $"""
    usage: netmon-lab run|check|faults|clean|apiserver [option...]

      run         a cluster with a small shop and an agent on each node, until Ctrl-C
      check       makes known traffic in a cluster and compares Prometheus with it
      faults      makes faults in a cluster and compares what NetMon says of each
      clean       removes what killed labs left
      apiserver   a test API server by itself; see its --help

    {LabArguments.Help}
    """;

try
{
    switch (args)
    {
        case ["run", .. var rest]:
            return await RunCommand.RunAsync(LabArguments.Parse(rest));
        case ["check", .. var rest]:
            return await CheckCommand.RunAsync(LabArguments.Parse(rest));
        case ["faults", .. var rest]:
            return await FaultsCommand.RunAsync(LabArguments.Parse(rest));
        case ["clean"]:
            Console.WriteLine(string.Join('\n', LabHome.RemoveLeftovers()));
            return 0;
        case ["apiserver", .. var rest]:
            return await ApiServerCommand.RunAsync(rest);
        case ["--help" or "-h"]:
            Console.WriteLine(Usage);
            return 0;
        default:
            await Console.Error.WriteLineAsync(Usage);
            return 2;
    }
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync($"error: {e.Message}");
    return 2;
}
catch (LabException e)
{
    await Console.Error.WriteLineAsync($"error: {e.Message}");
    return 1;
}
