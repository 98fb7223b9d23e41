using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace NetMon.Lab.ApiServer;

/// <summary><c>netmon-lab apiserver</c>: the test API server as a program of its own.</summary>
public static class ApiServerCommand
{
    private const string Usage = """
        usage: netmon-lab apiserver [option...]

        A Kubernetes API server for tests, empty at first. Runs until Ctrl-C.

          --listen ADDR:PORT    where it serves HTTPS (repeatable); default 127.0.0.1:0, a free port
          --admin ADDR:PORT     where it takes requests to misbehave; default none
          --version VERSION     1.26, 1.32 or 1.36; default 1.32
          --name NAME           a further name or address in its certificate (repeatable)
          --deny VERB/RESOURCE  what its user may not do, such as watch/pods or list/* (repeatable)
          --clock SECONDS       how far its clock is ahead; negative: behind
          --kubeconfig FILE     writes a kubeconfig there; default: to standard output
        """;

    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var (listen, names, denied) = (new List<IPEndPoint>(), new List<string>(), new List<string>());
        var clock = TimeSpan.Zero;
        var (admin, version, file) = ((IPEndPoint?)null, ApiVersion.V132, "");
        try
        {
            for (var index = 0; index < arguments.Count; index += 2)
            {
                if (arguments[index] is "--help" or "-h")
                {
                    Console.WriteLine(Usage);
                    return 0;
                }

                var value =
                    index + 1 < arguments.Count
                        ? arguments[index + 1]
                        : throw new FormatException($"{arguments[index]} needs a value");
                switch (arguments[index])
                {
                    case "--listen":
                        listen.Add(IPEndPoint.Parse(value));
                        break;
                    case "--admin":
                        admin = IPEndPoint.Parse(value);
                        break;
                    case "--version":
                        version = ApiVersion.Parse(value);
                        break;
                    case "--name":
                        names.Add(value);
                        break;
                    case "--deny":
                        denied.Add(value);
                        break;
                    case "--clock":
                        clock = TimeSpan.FromSeconds(int.Parse(value, CultureInfo.InvariantCulture));
                        break;
                    case "--kubeconfig":
                        file = value;
                        break;
                    default:
                        throw new FormatException($"unknown option {arguments[index]}");
                }
            }
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"error: {error.Message}\n\n{Usage}");
            return 2;
        }

        var options = new KubeApiServerOptions
        {
            Listen = listen.Count > 0 ? listen : [new IPEndPoint(IPAddress.Loopback, 0)],
            Admin = admin,
            Version = version,
            CertificateNames = names,
            ClockOffset = clock,
            Authorize = asked =>
                !denied.Exists(one => one == $"{asked.Verb}/{asked.Resource}" || one == $"{asked.Verb}/*"),
        };
        return await ServeAsync(options, file);
    }

    private static async Task<int> ServeAsync(KubeApiServerOptions options, string file)
    {
        var stopped = new TaskCompletionSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        await using var server = await KubeApiServer.StartAsync(options);
        if (file.Length > 0)
        {
            await File.WriteAllTextAsync(file, server.Kubeconfig);
        }
        else
        {
            await Console.Out.WriteAsync(server.Kubeconfig);
        }

        await Console.Error.WriteLineAsync($"serving {server.Url}, misbehaving by {server.AdminUrl}");
        await stopped.Task;
        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.TrySetResult();
        }
    }
}
