using System.CommandLine;
using NetMon.Client;
using NetMon.Plugin;

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

    private readonly CredentialOptions _credential = new();

    /// <summary>Adds it to a verb and those below it.</summary>
    public void AddTo(Command command)
    {
        _server.Recursive = true;
        command.Options.Add(_server);
        _credential.AddTo(command);
    }

    /// <returns>False if the environment names no address, or a credential would go without TLS; then <paramref name="error"/> says so.</returns>
    public bool TryRead(ParseResult arguments, out ServerAddress server, out string error)
    {
        if (arguments.RootCommandResult.Command is PluginCommand { Agents: { } agents })
        {
            (server, error) = (agents, "");
            return true;
        }

        if (!TryReadAddress(arguments, out server, out error))
        {
            return false;
        }

        if (_credential.Read(arguments) is not { } credential || server.SocketPath is not null)
        {
            return true;
        }

        error = $"a credential is sent over TLS only, and {server} is not: name https://{server}";
        server = server with { Credential = credential };
        return server.IsTls;
    }

    private bool TryReadAddress(ParseResult arguments, out ServerAddress server, out string error)
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
