// netmon-lab: a cluster on one machine.
using NetMon.Lab.ApiServer;

switch (args)
{
    case ["apiserver", .. var rest]:
        return await ApiServerCommand.RunAsync(rest);
    default:
        await Console.Error.WriteLineAsync("usage: netmon-lab apiserver [option...]");
        return 2;
}
