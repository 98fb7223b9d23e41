using System.CommandLine;
using NetMon.Client;

namespace NetMon.Verbs;

/// <summary>Which agent to ask.</summary>
internal sealed class ServerOption
{
    private readonly Option<string?> _server = CheckedOption.One(
        "--server",
        "address:port",
        $"the agent to ask [env: {ServerAddress.EnvironmentVariable}] [default: {ServerAddress.DefaultSocket} if it may be used, else {ServerAddress.Default}]",
        CheckedOption.Not(ServerAddress.Expected, value => ServerAddress.TryParse(value, out _))
    );

    /// <summary>Adds it to a verb and those below it.</summary>
    public void AddTo(Command command)
    {
        _server.Recursive = true;
        command.Options.Add(_server);
    }

    /// <returns>False if the environment names no address; then <paramref name="error"/> says so.</returns>
    public bool TryRead(ParseResult arguments, out ServerAddress server, out string error)
    {
        var text = arguments.GetValue(_server);
        if (string.IsNullOrEmpty(text))
        {
            text = Environment.GetEnvironmentVariable(ServerAddress.EnvironmentVariable);
        }

        error = $"{ServerAddress.EnvironmentVariable}: '{text}' is not {ServerAddress.Expected}";
        if (!string.IsNullOrEmpty(text))
        {
            return ServerAddress.TryParse(text, out server);
        }

        server = ServerAddress.FindDefault();
        return true;
    }
}
