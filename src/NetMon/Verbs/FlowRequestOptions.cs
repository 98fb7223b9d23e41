using System.CommandLine;
using System.Globalization;
using NetMon.Client;
using NetMon.Core.Flows;
using NetMon.Core.Networks;

namespace NetMon.Verbs;

/// <summary>The options that <c>flows</c> and <c>top</c> share: which agent to ask, and for which flows.</summary>
internal sealed class FlowRequestOptions
{
    private readonly Option<string?> _server = CheckedOption.One(
        "--server",
        "address:port",
        $"the agent to ask [env: {ServerAddress.EnvironmentVariable}] [default: {ServerAddress.Default}]",
        CheckedOption.Not(ServerAddress.Expected, value => ServerAddress.TryParse(value, out _))
    );

    private readonly Option<string[]> _ip = CheckedOption.Many(
        "--ip",
        "cidr",
        "only flows with an end at this address or in this network (repeatable)",
        CheckedOption.Not(
            "an IP address or network, such as 10.0.0.1 or 2001:db8::/32",
            value => Cidr.TryParse(value, out _)
        )
    );

    private readonly Option<string[]> _port = CheckedOption.Many(
        "--port",
        "port",
        "only flows with this port at one end (repeatable)",
        CheckedOption.Not(
            "a port, 0 to 65535",
            value => ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var _)
        )
    );

    private readonly Option<string[]> _protocol = CheckedOption.Many(
        "--protocol",
        "protocol",
        "only flows of this protocol: tcp, udp, icmp, ... or a number (repeatable)",
        CheckedOption.Not(
            "a protocol, such as tcp, udp, icmp, or a number from 0 to 255",
            value => IpProtocolNames.TryParse(value, out _)
        )
    );

    private readonly Option<string[]> _state = CheckedOption
        .Many(
            "--state",
            "state",
            $"only flows in this state: {CheckedOption.OneOf(FlowWords.AllStates)} (repeatable)",
            CheckedOption.Not(
                CheckedOption.OneOf(FlowWords.AllStates),
                value => FlowWords.TryParseState(value, out _)
            )
        )
        .Completing(FlowWords.AllStates);

    public void AddTo(Command command)
    {
        command.Options.Add(_ip);
        command.Options.Add(_port);
        command.Options.Add(_protocol);
        command.Options.Add(_state);
        command.Options.Add(_server);
    }

    public FlowRequest ReadRequest(ParseResult arguments) =>
        new()
        {
            Ips = arguments.GetValue(_ip) ?? [],
            Ports = arguments.GetValue(_port) ?? [],
            Protocols = arguments.GetValue(_protocol) ?? [],
            States = arguments.GetValue(_state) ?? [],
        };

    /// <returns>False if the environment names no address; then <paramref name="error"/> says so.</returns>
    public bool TryReadServer(ParseResult arguments, out ServerAddress server, out string error)
    {
        var text = arguments.GetValue(_server);
        if (string.IsNullOrEmpty(text))
        {
            text = Environment.GetEnvironmentVariable(ServerAddress.EnvironmentVariable);
        }

        server = ServerAddress.Default;
        error = $"{ServerAddress.EnvironmentVariable}: '{text}' is not {ServerAddress.Expected}";
        return string.IsNullOrEmpty(text) || ServerAddress.TryParse(text, out server);
    }
}
